import ByteStrings
import NIOHTTP1

/// What a subscription remembers from one connection to the next, apart from I/O: where it is, which hub is next, and
/// how long to wait.
struct SubscriptionState: Sendable {
    /// What to do after a connection was lost.
    enum Decision: Hashable, Sendable {
        case retry(after: Duration)
        case fail
    }

    let topics: [String]
    private let start: StreamStart
    private let endpointCount: Int
    private let backoff: ReconnectBackoff
    /// Whether the next connection may show another token.
    private let renewsToken: Bool
    /// Where to resume; empty until the stream said a cursor.
    private(set) var cursor: String
    /// Which hub to ask next.
    private(set) var endpoint: Int
    private var recent = RecentIDs()
    private var failures = 0
    private var hubsTried = 0
    /// What the stream's `retry` fields ask for.
    private var reconnectionTime: Duration?
    private var closed: StreamClose?

    init(
        topics: [String], start: StreamStart, endpoint: Int, endpointCount: Int, backoff: ReconnectBackoff,
        renewsToken: Bool = false
    ) {
        self.topics = topics
        self.start = start
        self.endpoint = endpoint
        self.endpointCount = endpointCount
        self.backoff = backoff
        self.renewsToken = renewsToken
        if case .after(let cursor) = start { self.cursor = cursor } else { self.cursor = "" }
    }

    /// The events of a stream of several topics are asked for as JSON, so that their topics are known.
    var isJSON: Bool { self.topics.count > 1 }

    /// What to ask a hub for.
    var request: HubRequest {
        var request = HubRequest(path: "/sse", query: self.topics.map { ("topic", $0) })
        request.takesForm = true
        if self.isJSON { request.query.append(("format", "json")) }
        // The place of the first event to come, so that a drop before it loses nothing.
        request.query.append(("prime", "true"))
        request.headers.replaceOrAdd(name: "Accept", value: "text/event-stream")
        request.headers.replaceOrAdd(name: "Cache-Control", value: "no-store")
        guard self.cursor.isEmpty else {
            request.headers.replaceOrAdd(name: "Last-Event-ID", value: self.cursor)
            return request
        }
        switch self.start {
        case .latest, .after: break
        case .earliest: request.query.append(("last_event_id", "earliest"))
        case .since(let time): request.query.append(("since", time))
        }
        return request
    }

    /// A hub answers.
    mutating func opened() {
        self.hubsTried = 0
        self.closed = nil
    }

    /// A piece of the stream.
    /// - Returns: What it is to the application, if it is anything.
    mutating func received(_ output: EventStreamParser.Output) -> StreamItem? {
        switch output {
        case .lastEventID(let id):
            self.cursor = id
            return nil
        case .reconnectionTime(let milliseconds):
            self.reconnectionTime = .milliseconds(milliseconds)
            return nil
        case .message(let message):
            self.cursor = message.lastEventID
            return self.item(message)
        }
    }

    /// The connection is gone, or was never made.
    /// - Parameters:
    ///   - error: Why.
    ///   - age: How long the stream was open.
    ///   - generator: Where the jitter comes from.
    mutating func lost(
        _ error: HubClientError, after age: Duration, using generator: inout some RandomNumberGenerator
    ) -> Decision {
        guard error.isWorthReconnecting else { return .fail }
        defer { self.closed = nil }
        if self.needsOnlyToken(after: age) { return .retry(after: .zero) }
        self.endpoint = (self.endpoint + 1) % self.endpointCount
        if age >= .seconds(10) { self.failures = 0 }
        // The hub spreads those that it sends away; a delay of our own on top would spread them less evenly.
        if let retry = self.closed?.retry { return .retry(after: Self.bounded(.milliseconds(retry))) }
        if error.code != .streamEnded, error.code != .noToken {
            self.hubsTried += 1
            if self.hubsTried < self.endpointCount { return .retry(after: .zero) }
            self.hubsTried = 0
        }
        let jitter = self.backoff.delay(attempt: self.failures, using: &generator)
        self.failures += 1
        return .retry(after: Self.bounded(error.retryAfter ?? self.reconnectionTime ?? .zero) + jitter)
    }

    /// Whether the hub is well and only the token was over. One that lasts for no time at all must not set off a storm.
    private func needsOnlyToken(after age: Duration) -> Bool {
        self.renewsToken && self.closed?.reason == .expired && age >= .seconds(1)
    }

    /// What a hub asks for, within reason: nobody wants to be sent away for good by a number.
    private static func bounded(_ told: Duration) -> Duration { min(told, .seconds(3600)) }

    private mutating func item(_ message: EventStreamMessage) -> StreamItem? {
        switch ByteString(message.type) {
        case "hub.reset": return MessageContent.reset(message).map { .reset($0) }
        case "hub.close":
            self.closed = MessageContent.close(message)
            return self.closed.map { .close($0) }
        default:
            self.failures = 0
            if let id = message.id, !id.isEmpty, !self.recent.insert(id) { return nil }
            return .event(self.isJSON ? MessageContent.envelope(message) ?? self.bare(message) : self.bare(message))
        }
    }

    private func bare(_ message: EventStreamMessage) -> StreamEvent {
        StreamEvent(
            id: message.id, topic: self.topics[0], name: ByteString(message.type) == "message" ? nil : message.type,
            data: message.data, retry: message.retry)
    }
}

extension HubClientError {
    /// Whether a stream that ended with this may be opened again. A refusal stays one.
    fileprivate var isWorthReconnecting: Bool {
        switch self.code {
        case .unreachable, .unavailable, .outcomeUnknown, .streamEnded, .noToken: true
        default: false
        }
    }
}

/// How long to wait before a stream is opened again: exponential, with full jitter, so that clients that lost their hub
/// together do not come back together.
public struct ReconnectBackoff: Hashable, Sendable {
    /// The most that the first wait may be.
    public var base: Duration
    /// The most that any wait may be, apart from what the hub asks for.
    public var maximum: Duration

    /// Makes a backoff.
    public init(base: Duration = .milliseconds(500), maximum: Duration = .seconds(30)) {
        self.base = base
        self.maximum = maximum
    }

    /// A wait between nothing and `base` · 2^`attempt`, but at most `maximum`.
    /// - Parameters:
    ///   - attempt: How often it failed in a row before.
    ///   - generator: Where the randomness comes from.
    public func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(self.maximum, self.base * (1 << min(max(attempt, 0), 20)))
        return ceiling * Double.random(in: 0...1, using: &generator)
    }
}
