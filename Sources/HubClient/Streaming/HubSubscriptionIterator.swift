import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The iterator of a ``HubSubscription``: one connection at a time, and the state that outlives it.
public struct HubSubscriptionIterator: AsyncIteratorProtocol {
    public typealias Element = StreamItem
    public typealias Failure = HubClientError

    private enum Phase {
        case waiting(Duration)
        case open(OpenStream)
        case ended
    }

    private struct OpenStream {
        var body: HTTPClientResponse.Body.AsyncIterator
        var parser: EventStreamParser
        let endpoint: HubEndpoint
        let since: ContinuousClock.Instant
    }

    /// Far more than a cursor has, and little enough to remember the last thousand.
    private static let maximumIDByteCount = 4096

    private let connections: HubConnections
    private var state: SubscriptionState
    private var phase = Phase.waiting(.zero)
    /// What is ready to be given out, the next one last.
    private var ready: [StreamItem] = []
    private var generator = SystemRandomNumberGenerator()

    init(_ connections: HubConnections, topics: [String], start: StreamStart) {
        self.connections = connections
        self.state = SubscriptionState(
            topics: topics, start: start, endpoint: connections.preferred,
            endpointCount: connections.endpoints.count, backoff: connections.configuration.backoff,
            renewsToken: connections.renewsTokens)
    }

    /// The next item; `nil` once the task was cancelled.
    /// - Throws: ``HubClientError`` if a hub refuses the stream; the sequence is over then.
    public mutating func next() async throws(HubClientError) -> StreamItem? {
        while self.ready.isEmpty {
            guard !Task.isCancelled else {
                self.phase = .ended
                return nil
            }
            switch self.phase {
            case .ended: return nil
            case .waiting(let delay): try await self.open(after: delay)
            case .open(let stream): try await self.read(stream)
            }
        }
        return self.ready.removeLast()
    }

    private mutating func open(after delay: Duration) async throws(HubClientError) {
        guard !self.state.topics.isEmpty else {
            self.phase = .ended
            throw .invalidArgument("subscribe to at least one topic")
        }
        // A cancelled sleep is noticed by the loop that called.
        if delay > .zero, (try? await Task.sleep(for: delay)) == nil { return }
        let endpoint = self.connections.endpoints[self.state.endpoint]
        do {
            let response = try await self.connections.open(self.state.request, at: endpoint)
            self.state.opened()
            self.connections.prefer(self.state.endpoint)
            self.phase = .open(
                OpenStream(
                    body: response.body.makeAsyncIterator(),
                    parser: EventStreamParser(
                        lastEventID: self.state.cursor, limit: self.connections.configuration.maximumEventByteCount,
                        idLimit: Self.maximumIDByteCount),
                    endpoint: endpoint, since: .now))
            let replay = response.headers.first(name: "Hub-Replay").flatMap(StreamOpening.Replay.init(field:))
            self.ready = [.opened(StreamOpening(url: endpoint.base, replay: replay))]
        } catch {
            try self.lost(error, after: .zero)
        }
    }

    private mutating func read(_ open: OpenStream) async throws(HubClientError) {
        var stream = open
        do {
            guard let bytes = try await stream.body.next() else {
                throw HubClientError(.streamEnded, "\(stream.endpoint) ended the stream")
            }
            for output in try stream.parser.parse(bytes.readableBytesView) {
                if let item = self.state.received(output) { self.ready.append(item) }
            }
            self.ready.reverse()
            self.phase = .open(stream)
        } catch let error as EventStreamParser.TooLarge {
            self.phase = .ended
            throw HubClientError(
                .unexpectedAnswer,
                "an \(error.isID ? "id" : "event") of \(stream.endpoint) is bigger than \(error.limit) bytes")
        } catch {
            let error = error as? HubClientError ?? HubClientError(stream: error, of: stream.endpoint)
            try self.lost(error, after: stream.since.duration(to: .now))
        }
    }

    private mutating func lost(_ error: HubClientError, after age: Duration) throws(HubClientError) {
        guard !Task.isCancelled, error.code != .cancelled else {
            self.phase = .ended
            return
        }
        switch self.state.lost(error, after: age, using: &self.generator) {
        case .fail:
            self.phase = .ended
            throw error
        case .retry(let delay):
            self.phase = .waiting(delay)
            self.ready = [.interrupted(StreamInterruption(error: error, delay: delay))]
        }
    }
}
