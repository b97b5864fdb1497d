import ByteStrings
import NIOHTTP1

/// What the replay buffers hold after a place, as far as one answer tells it.
public struct EventBatch: Hashable, Sendable {
    /// The events, in the stream's order.
    public let events: [StreamEvent]
    /// Where the hub can't prove that nothing is missing.
    public let resets: [StreamReset]
    /// The place after them, from which the next batch or a stream goes on.
    public let cursor: String
    /// Whether there is more already.
    public let hasMore: Bool

    /// Makes a batch.
    public init(events: [StreamEvent], resets: [StreamReset], cursor: String, hasMore: Bool) {
        self.events = events
        self.resets = resets
        self.cursor = cursor
        self.hasMore = hasMore
    }
}

extension HubClient {
    /// Asks for what there is, and waits for nothing to come.
    /// - Parameters:
    ///   - topics: At least one.
    ///   - start: After which place.
    ///   - limit: The most events that are of use, 1 to 1,000. There may be fewer, though there are more.
    /// - Throws: ``HubClientError``.
    public func poll(
        _ topics: [String], from start: StreamStart, limit: Int = 1000
    ) async throws(HubClientError) -> EventBatch {
        guard !topics.isEmpty else { throw .invalidArgument("poll at least one topic") }
        var request = HubRequest(path: "/poll", query: topics.map { ("topic", $0) })
        request.takesForm = true
        request.query.append(("limit", "\(limit)"))
        switch start {
        case .latest: break
        case .earliest: request.query.append(("cursor", "earliest"))
        case .after(let cursor): request.query.append(("cursor", cursor))
        case .since(let time): request.query.append(("since", time))
        }
        let (answer, endpoint) = try await self.connections.send(request)
        let body = try answer.decode(BatchBody.self, from: endpoint)
        // How many seconds to wait for the next one.
        let hasMore = answer.headers.first(name: "Hub-Poll-After").map { ByteString($0) == "0" } ?? false
        return EventBatch(
            events: body.events.map { $0.streamEvent() }, resets: (body.resets ?? []).map { $0.reset() },
            cursor: body.cursor, hasMore: hasMore)
    }
}

/// What `/poll` answers.
private struct BatchBody: Decodable {
    let events: [MessageContent.Envelope]
    let resets: [MessageContent.Reset]?
    let cursor: String
}
