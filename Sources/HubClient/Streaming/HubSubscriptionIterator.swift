import AsyncHTTPClient
import ByteStrings
import NIOCore
import NIOHTTP1
import Synchronization

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

    private let client: HubClient
    private var state: SubscriptionState
    private var phase = Phase.waiting(.zero)
    /// What is ready to be given out, the next one last.
    private var ready: [StreamItem] = []
    private var generator = SystemRandomNumberGenerator()

    init(client: HubClient, topics: [String], start: StreamStart) {
        self.client = client
        self.state = SubscriptionState(
            topics: topics, start: start, endpoint: client.preferred.withLock { $0 },
            endpointCount: client.endpoints.count, backoff: client.configuration.backoff)
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
        let endpoint = self.client.endpoints[self.state.endpoint]
        do {
            let response = try await self.client.open(self.state.request, at: endpoint)
            self.state.opened()
            self.client.preferred.withLock { $0 = self.state.endpoint }
            self.phase = .open(
                OpenStream(
                    body: response.body.makeAsyncIterator(),
                    parser: EventStreamParser(
                        lastEventID: self.state.cursor, limit: self.client.configuration.maximumEventByteCount,
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

extension HubClient {
    /// Opens a stream at one hub.
    /// - Throws: ``HubClientError`` for every answer but a stream.
    fileprivate func open(
        _ request: HubRequest, at endpoint: HubEndpoint
    ) async throws(HubClientError) -> HTTPClientResponse {
        let response = try await self.begin(request, at: endpoint)
        guard response.status == .ok else {
            throw HubClientError(try await self.read(response, from: endpoint), from: endpoint)
        }
        let type = ByteString(response.headers.first(name: "Content-Type") ?? "")
        guard type.prefix("text/event-stream".utf8.count).equalsIgnoringCase("text/event-stream") else {
            throw HubClientError(.unexpectedAnswer, "\(endpoint)/sse is no event stream: is it a hub?", status: 200)
        }
        return response
    }
}
