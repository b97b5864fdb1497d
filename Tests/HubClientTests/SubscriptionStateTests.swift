import NIOHTTP1
import TestSupport
import Testing

@testable import HubClient

@Suite("What a subscription remembers between connections")
struct SubscriptionStateTests {
    private let ended = HubClientError(.streamEnded, "ended")
    private let unreachable = HubClientError(.unreachable, "unreachable")
    private var random = SeededGenerator(seed: 1)

    private func state(
        _ topics: [String] = ["news"], start: StreamStart = .latest, hubs: Int = 1, renewsToken: Bool = false
    ) -> SubscriptionState {
        SubscriptionState(
            topics: topics, start: start, endpoint: 0, endpointCount: hubs,
            backoff: ReconnectBackoff(base: .seconds(1), maximum: .seconds(8)), renewsToken: renewsToken)
    }

    private func message(
        _ data: String, type: String = "message", id: String? = nil, retry: Int? = nil
    ) -> EventStreamParser.Output {
        .message(EventStreamMessage(type: type, data: data, id: id, lastEventID: id ?? "", retry: retry))
    }

    @Test("asks for the start first, and for the cursor once there is one")
    func request() {
        var state = self.state(["a b", "ü"], start: .earliest)
        #expect(state.request.query.map(\.0) == ["topic", "topic", "format", "prime", "last_event_id"])
        #expect(state.request.headers.first(name: "Last-Event-ID") == nil)
        #expect(state.received(.lastEventID("c1")) == nil)
        #expect(state.request.query.map(\.0) == ["topic", "topic", "format", "prime"])
        #expect(state.request.headers.first(name: "Last-Event-ID") == "c1")
        #expect(self.state(start: .after("x")).request.headers.first(name: "Last-Event-ID") == "x")
        #expect(self.state(start: .since("10m")).request.query.last?.1 == "10m")
        #expect(self.state().request.query.map(\.0) == ["topic", "prime"])
    }

    @Test("gives out no event twice")
    func noRepeat() {
        var state = self.state()
        #expect(state.received(self.message("1", id: "a")) != nil)
        #expect(state.received(self.message("2", id: "b")) != nil)
        #expect(state.received(self.message("1", id: "a")) == nil)
        #expect(state.received(self.message("2", id: "b")) == nil)
        #expect(state.received(self.message("3", id: "c")) != nil)
    }

    @Test("reads whole events of several topics, and bare ones of one")
    func formats() {
        var several = self.state(["news", "sport"])
        let json = #"{"id":"i","topic":"sport","event":"goal","data":"1\n2","retry":5}"#
        #expect(
            several.received(self.message(json, type: "goal", id: "i"))
                == .event(StreamEvent(id: "i", topic: "sport", name: "goal", data: "1\n2", retry: 5)))
        var one = self.state()
        #expect(
            one.received(self.message("{", type: "goal", id: "i", retry: 7))
                == .event(StreamEvent(id: "i", topic: "news", name: "goal", data: "{", retry: 7)))
    }

    @Test("tells of a reset with its cursor, and resumes from it")
    func reset() {
        var state = self.state(start: .after("old"))
        let json = #"{"topic":"news","reason":"trimmed","requested":"old","oldest":"o","latest":null}"#
        let item = state.received(self.message(json, type: "hub.reset", id: "safe"))
        #expect(
            item
                == .reset(
                    StreamReset(
                        topic: "news", reason: .trimmed, requested: "old", oldest: "o", latest: nil, cursor: "safe")))
        #expect(state.cursor == "safe")
    }

    @Test("comes back after exactly the time that a closing hub asks for")
    mutating func close() {
        var state = self.state()
        state.opened()
        _ = state.received(.reconnectionTime(1234))
        #expect(
            state.received(self.message(#"{"reason":"drain"}"#, type: "hub.close", retry: 1234))
                == .close(StreamClose(reason: .drain, retry: 1234)))
        #expect(state.lost(self.ended, after: .seconds(1), using: &self.random) == .retry(after: .milliseconds(1234)))
    }

    @Test(
        "comes back at once, to the same hub, if all that it lacks is a token that there is", arguments: [true, false])
    mutating func expiry(_ renewsToken: Bool) {
        let expired = self.message(#"{"reason":"expired"}"#, type: "hub.close", id: "c1", retry: 1234)
        let told = SubscriptionState.Decision.retry(after: .milliseconds(1234))
        for age in [Duration.seconds(1), .milliseconds(900)] {
            var state = self.state(hubs: 2, renewsToken: renewsToken)
            state.opened()
            _ = state.received(expired)
            let isAtOnce = renewsToken && age == .seconds(1)
            let decision = state.lost(self.ended, after: age, using: &self.random)
            #expect(decision == (isAtOnce ? .retry(after: .zero) : told))
            #expect(state.endpoint == (isAtOnce ? 0 : 1))
            #expect(state.cursor == "c1")
        }
    }

    @Test("waits longer after each failure, up to the maximum, and anew after an event")
    mutating func backoff() {
        var state = self.state()
        for ceiling in [1, 2, 4, 8, 8, 8] {
            guard case .retry(let delay) = state.lost(self.ended, after: .zero, using: &self.random) else {
                Issue.record("the subscription gave up")
                return
            }
            #expect(delay >= .zero && delay <= .seconds(ceiling))
        }
        _ = state.received(self.message("x", id: "1"))
        guard case .retry(let delay) = state.lost(self.ended, after: .zero, using: &self.random) else { return }
        #expect(delay <= .seconds(1))
    }

    @Test("adds its jitter to what retry and Retry-After ask for")
    mutating func retryAfter() {
        var state = self.state()
        _ = state.received(.reconnectionTime(60_000))
        guard case .retry(let first) = state.lost(self.ended, after: .zero, using: &self.random) else { return }
        #expect(first >= .seconds(60) && first <= .seconds(61))
        let busy = HubClientError(.unavailable, "busy", status: 503, retryAfter: .seconds(20))
        guard case .retry(let second) = state.lost(busy, after: .zero, using: &self.random) else { return }
        #expect(second >= .seconds(20) && second <= .seconds(22))
    }

    @Test("tries every hub at once before it waits")
    mutating func severalHubs() {
        var state = self.state(hubs: 3)
        #expect(state.lost(self.unreachable, after: .zero, using: &self.random) == .retry(after: .zero))
        #expect(state.endpoint == 1)
        #expect(state.lost(self.unreachable, after: .zero, using: &self.random) == .retry(after: .zero))
        #expect(state.endpoint == 2)
        #expect(state.lost(self.unreachable, after: .zero, using: &self.random) != .retry(after: .zero))
        #expect(state.endpoint == 0)
    }

    @Test("gives up when it is refused")
    mutating func refused() {
        var state = self.state()
        for code in [HubClientError.Code.refused, .unexpectedAnswer, .invalidArgument] {
            #expect(state.lost(HubClientError(code, ""), after: .zero, using: &self.random) == .fail)
        }
    }

    @Test("remembers as many ids as it has room for")
    func recentIDs() {
        var recent = RecentIDs(capacity: 3)
        let isNew = ["a", "b", "c", "a", "d", "b", "a"].map { recent.insert($0) }
        #expect(isNew == [true, true, true, false, true, false, true])
    }
}
