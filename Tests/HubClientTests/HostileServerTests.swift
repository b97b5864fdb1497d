import NIOCore
import NIOHTTP1
import Testing

@testable import HubClient

/// What a server says that means no good: nothing of it may grow the client without a bound, or hold it for ever.
@Suite("A client, against a server that lies", .serialized, .timeLimit(.minutes(1)))
struct HostileServerTests {
    private let ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    private let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    /// A chunk of a body (RFC 9112, 7.1).
    private func chunk(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    /// - Parameter isPatient: Whether the call ends for another reason than time.
    private func configuration(_ url: String, isPatient: Bool = true) -> HubClientConfiguration {
        var configuration = HubClientConfiguration(urls: [url])
        configuration.requestTimeout = .seconds(isPatient ? 30 : 3)
        configuration.maximumAnswerByteCount = 1 << 20
        configuration.maximumEventByteCount = 1 << 20
        configuration.backoff = ReconnectBackoff(base: .milliseconds(5), maximum: .milliseconds(20))
        return configuration
    }

    /// How a call fails, against a server that begins so and goes on so.
    private func failure(
        _ beginning: String, then rest: String, every pause: TimeAmount = .zero,
        _ call: (HubClient) async throws -> Void
    ) async throws -> HubClientError? {
        let server = try await EndlessServer(beginning, then: rest, every: pause)
        var failure: HubClientError?
        do {
            try await HubClient.with(self.configuration(server.url, isPatient: pause == .zero), call)
        } catch let error as HubClientError {
            failure = error
        }
        try await server.stop()
        #expect(failure?.message.contains("\n") == false && (failure?.message.utf8.count ?? 0) < 1000)
        return failure
    }

    private func publish(_ hub: HubClient) async throws { try await hub.publish("x", to: "t") }

    private func subscribe(_ hub: HubClient) async throws {
        for try await item in hub.subscribe(to: ["t"]) {
            if case .interrupted(let interruption) = item { throw interruption.error }
        }
    }

    @Test("an answer that drips for ever")
    func drippingAnswer() async throws {
        for beginning in [self.ok, "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 ", "HTTP/1.1 100 Continue\r\n\r\n"] {
            let rest = beginning == self.ok ? self.chunk(" ") : " "
            let error = try await self.failure(beginning, then: rest, every: .milliseconds(20), self.publish)
            #expect(error?.code == .outcomeUnknown, "\(beginning): \(String(describing: error))")
        }
    }

    @Test("an answer without an end")
    func endlessAnswer() async throws {
        let error = try await self.failure(
            self.ok, then: self.chunk(String(repeating: " ", count: 65536)), self.publish)
        #expect(error?.code == .unexpectedAnswer && error?.message.hasSuffix("is it a hub?") == true)
    }

    @Test("a refusal whose reason does not end stays a refusal")
    func endlessRefusal() async throws {
        let head = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        for pause in [TimeAmount.zero, .milliseconds(20)] {
            for call in [self.publish, self.subscribe] {
                let piece = self.chunk(String(repeating: " ", count: pause == .zero ? 8192 : 8))
                let error = try await self.failure(head, then: piece, every: pause, call)
                #expect(error?.code == .refused && error?.status == 403)
            }
        }
    }

    @Test("a reason of any length becomes a line")
    func longReason() async throws {
        let body = #"{"detail":"\#(String(repeating: "x", count: 50_000))"}"#
        let head = "HTTP/1.1 400 No\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        let error = try await self.failure(head + body, then: "", every: .seconds(1), self.publish)
        #expect(error?.code == .refused)
    }

    @Test("a line, an event, a comment and an id without an end")
    func endlessFields() async throws {
        let piece = String(repeating: "x", count: 65536)
        let endless = [
            ("data: ", piece), (":", piece), ("", "data: \(piece)\n"), ("id: ", piece), ("event: ", piece),
        ]
        for (beginning, rest) in endless {
            let error = try await self.failure(self.stream + beginning, then: rest, self.subscribe)
            #expect(error?.code == .unexpectedAnswer, "\(beginning): \(String(describing: error))")
        }
        let ids = "id: \(piece)\n\n"
        let error = try await self.failure(self.stream, then: ids, self.subscribe)
        #expect(error?.code == .unexpectedAnswer && error?.message.contains("an id of") == true)
    }

    @Test("bytes that are no text, and what was compressed")
    func strangeBytes() async throws {
        for (field, code) in [("gzip", HubClientError.Code.unexpectedAnswer), ("br", .unexpectedAnswer)] {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: \(field)\r\n\r\n"
            for call in [self.publish, self.subscribe] {
                #expect(try await self.failure(head, then: "\u{1}", every: .milliseconds(5), call)?.code == code)
            }
        }
        var parser = EventStreamParser()
        let output = try parser.parse([0x64, 0x61, 0x74, 0x61, 0x3A, 0xFF, 0xC3, 0x0A, 0x0A])
        let replaced = EventStreamMessage(
            type: "message", data: "\u{FFFD}\u{FFFD}", id: nil, lastEventID: "", retry: nil)
        #expect(output == [.message(replaced)])
    }

    @Test("a redirection is not followed")
    func redirection() async throws {
        let head = "HTTP/1.1 302 Found\r\nLocation: /publish\r\nContent-Length: 0\r\n\r\n"
        #expect(try await self.failure(head, then: "", every: .seconds(1), self.publish)?.code == .unexpectedAnswer)
        #expect(try await self.failure(head, then: "", every: .seconds(1), self.subscribe)?.code == .unexpectedAnswer)
    }

    @Test("a list of topics that leads back to where it was")
    func endlessList() async throws {
        let topic = #"{"topic":"t","subscribers":0,"events":0,"oldest":null,"latest":null}"#
        let page = ScriptedServer.Answer.status("200 OK", body: #"{"topics":[\#(topic)],"next":"t"}"#)
        let server = try await ScriptedServer(Array(repeating: page, count: 50))
        try await HubClient.with(self.configuration(server.url)) { hub in
            let error = await #expect(throws: HubClientError.self) { try await hub.topics() }
            #expect(error?.code == .unexpectedAnswer)
            #expect(server.requests.count == 2)
        }
        try await server.stop()
    }

    @Test("a time to stay away that nobody would live to see the end of", arguments: [Int.max, 86_400_001])
    func endlessPause(retry: Int) throws {
        var random = SystemRandomNumberGenerator()
        for close in [true, false] {
            var state = SubscriptionState(
                topics: ["t"], start: .latest, endpoint: 0, endpointCount: 1,
                backoff: ReconnectBackoff(base: .milliseconds(1), maximum: .milliseconds(1)))
            state.opened()
            _ = state.received(.reconnectionTime(retry))
            let data = #"{"reason":"drain"}"#
            let message = EventStreamMessage(type: "hub.close", data: data, id: nil, lastEventID: "", retry: retry)
            if close { _ = state.received(.message(message)) }
            let ended = HubClientError(.streamEnded, "ended")
            guard case .retry(let delay) = state.lost(ended, after: .zero, using: &random) else { return }
            #expect(delay <= .seconds(3601))
        }
    }
}
