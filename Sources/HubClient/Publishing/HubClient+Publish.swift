public import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension HubClient {
    /// The most events that one batch may have.
    public static let maximumBatchCount = 1000

    /// Publishes text, as it is, to one topic or to several.
    ///
    /// It returns once the event is in the replay buffer. With several hubs, one that does not answer is passed over; if
    /// it is unknown whether it published the event, only with a key.
    /// - Parameters:
    ///   - data: The payload.
    ///   - topics: Where it goes; at least one.
    ///   - event: The event's name, at most 256 bytes.
    ///   - retry: After how many milliseconds a client that lost the stream should come back.
    ///   - key: The idempotency key: the same one within 10 minutes gets the first id, and publishes nothing.
    /// - Returns: The event's id in each topic.
    /// - Throws: ``HubClientError``. `unavailable` and `unreachable`: not published, try again. `outcomeUnknown`: repeat
    ///   with the same key. `refused`: `problem` tells why.
    @discardableResult
    public func publish(
        _ data: String, to topics: String..., event: String? = nil, retry: Int? = nil, key: String? = nil
    ) async throws(HubClientError) -> [PublishedEvent] {
        try await self.publish(bytes: ByteBuffer(string: data), to: topics, event: event, retry: retry, key: key)
    }

    /// Publishes bytes, which must be UTF-8, as they are. See ``publish(_:to:event:retry:key:)``.
    @discardableResult
    public func publish(
        bytes: ByteBuffer, to topics: [String], event: String? = nil, retry: Int? = nil, key: String? = nil
    ) async throws(HubClientError) -> [PublishedEvent] {
        guard !topics.isEmpty else { throw .invalidArgument("publish to at least one topic") }
        var request = HubRequest(method: .POST, path: "/publish", isRepeatable: key != nil)
        request.query = topics.map { ("topic", $0) }
        if let event { request.query.append(("event", event)) }
        if let retry { request.query.append(("retry", "\(retry)")) }
        if let key { request.headers.replaceOrAdd(name: "Idempotency-Key", value: key) }
        request.headers.replaceOrAdd(name: "Content-Type", value: "text/plain; charset=utf-8")
        request.body = bytes
        return try await self.publish(request)
    }

    /// Publishes one event as a JSON envelope. See ``publish(_:to:event:retry:key:)``.
    @discardableResult
    public func publish(_ publication: Publication) async throws(HubClientError) -> [PublishedEvent] {
        var request = HubRequest(method: .POST, path: "/publish", isRepeatable: publication.key != nil)
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        request.body = ByteBuffer(bytes: try Self.json(publication))
        return try await self.publish(request)
    }

    /// Publishes up to 1,000 events in one step: all of them, in order, or none.
    ///
    /// See ``publish(_:to:event:retry:key:)``; it is tried at another hub only if all of the events have a key.
    @discardableResult
    public func publish(batch: [Publication]) async throws(HubClientError) -> [PublishedEvent] {
        guard !batch.isEmpty else { return [] }
        var lines = ByteBuffer()
        for publication in batch {
            lines.writeBytes(try Self.json(publication))
            lines.writeInteger(UInt8(ascii: "\n"))
        }
        return try await self.publish(ndjson: lines, isRepeatable: batch.allSatisfy { $0.key != nil })
    }

    /// Publishes envelopes that are JSON already, one a line, in one step: all of them, in order, or none.
    /// - Parameters:
    ///   - ndjson: At most 1,000 lines.
    ///   - isRepeatable: Whether every line has a key, so that the batch may be sent again if its outcome is unknown.
    @discardableResult
    public func publish(
        ndjson: ByteBuffer, isRepeatable: Bool = false
    ) async throws(HubClientError) -> [PublishedEvent] {
        var request = HubRequest(method: .POST, path: "/publish", isRepeatable: isRepeatable)
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/x-ndjson")
        request.body = ndjson
        return try await self.publish(request)
    }

    private func publish(_ request: HubRequest) async throws(HubClientError) -> [PublishedEvent] {
        let (answer, endpoint) = try await self.connections.send(request)
        return try answer.decode(PublishAnswer.self, from: endpoint).events
    }

    private static func json(_ publication: Publication) throws(HubClientError) -> Data {
        do {
            return try JSONEncoder().encode(publication)
        } catch {
            throw .invalidArgument("the event can't be written as JSON: \(error)")
        }
    }
}
