import AsyncHTTPClient
import ByteStrings
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// The hubs of a client, and what is sent to them: one after the other, until one of them answers.
final class HubConnections: Sendable {
    let configuration: HubClientConfiguration
    let endpoints: [HubEndpoint]
    private let http: HTTPClient
    private let logger: Logger
    private let tokens: TokenSupply
    private let lastToAnswer = Mutex(0)

    /// - Throws: ``HubClientError`` with the code `invalidArgument` if an address is not one.
    init(_ configuration: HubClientConfiguration, logger: Logger) throws(HubClientError) {
        guard !configuration.urls.isEmpty else { throw .invalidArgument("give at least one hub's address") }
        var endpoints: [HubEndpoint] = []
        for url in configuration.urls { endpoints.append(try HubEndpoint(url)) }
        self.configuration = configuration
        self.endpoints = endpoints
        self.logger = logger
        self.tokens = TokenSupply(configuration.token)
        self.http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration.http)
    }

    /// The place in `endpoints` of the hub that answered last; requests go there first.
    var preferred: Int { self.lastToAnswer.withLock { $0 } }

    func prefer(_ endpoint: Int) { self.lastToAnswer.withLock { $0 = endpoint } }

    func shutdown() async {
        do {
            try await self.http.shutdown()
        } catch {
            self.logger.debug("The HTTP client did not shut down cleanly", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Requests

    /// Sends a request to one hub after the other until one of them answers it.
    ///
    /// A hub that can't be reached, or that answers 503, has done nothing, so the next one is asked. If it is unknown
    /// what became of the request, the next one is asked only if the request is repeatable.
    /// - Throws: What the last hub that was asked made of it.
    func send(
        _ request: HubRequest, expecting accepted: Set<Int> = [200]
    ) async throws(HubClientError) -> (answer: HubAnswer, endpoint: HubEndpoint) {
        let first = self.preferred
        var failure = HubClientError(.unreachable, "no hub was asked")
        for step in self.endpoints.indices {
            let index = (first + step) % self.endpoints.count
            let endpoint = self.endpoints[index]
            do throws(HubClientError) {
                let answer = try await self.send(request, to: endpoint)
                guard accepted.contains(answer.status) else { throw HubClientError(answer, from: endpoint) }
                self.prefer(index)
                return (answer, endpoint)
            } catch {
                failure = error
                guard error.allowsAnotherHub(request) else { throw error }
                self.logger.debug("A hub did not serve a request", metadata: ["error": "\(error)"])
            }
        }
        throw failure
    }

    /// Sends a request to one hub, and reads its whole answer, whatever it says.
    func send(_ request: HubRequest, to endpoint: HubEndpoint) async throws(HubClientError) -> HubAnswer {
        try await self.read(self.begin(request, at: endpoint, .any), from: endpoint)
    }

    // MARK: Streams

    /// Whether a stream whose token has expired may get another one.
    var renewsTokens: Bool { self.tokens.isRenewable }

    /// Opens a stream at one hub.
    /// - Throws: ``HubClientError`` for every answer but a stream.
    func open(
        _ request: HubRequest, at endpoint: HubEndpoint
    ) async throws(HubClientError) -> HTTPClientResponse {
        let response = try await self.begin(request, at: endpoint, .new)
        guard response.status == .ok else {
            throw HubClientError(try await self.read(response, from: endpoint), from: endpoint)
        }
        let type = ByteString(response.headers.first(name: "Content-Type") ?? "")
        guard type.prefix("text/event-stream".utf8.count).equalsIgnoringCase("text/event-stream") else {
            throw HubClientError(.unexpectedAnswer, "\(endpoint)/sse is no event stream: is it a hub?", status: 200)
        }
        return response
    }

    // MARK: Reading

    /// Sends a request to one hub, with another token once more if the first one was refused, and waits for the head of its
    /// answer.
    /// - Throws: ``HubClientError``.
    private func begin(
        _ request: HubRequest, at endpoint: HubEndpoint, _ need: TokenSupply.Need
    ) async throws(HubClientError) -> HTTPClientResponse {
        let token = try await self.tokens.token(need)
        let response = try await self.begin(request, at: endpoint, token: token)
        guard response.status == .unauthorized, let other = try await self.tokens.replacement(for: token) else {
            return response
        }
        return try await self.begin(request, at: endpoint, token: other)
    }

    private func begin(
        _ request: HubRequest, at endpoint: HubEndpoint, token: String?
    ) async throws(HubClientError) -> HTTPClientResponse {
        do {
            let (time, logger) = (self.configuration.requestTimeout, self.logger)
            let addressed = request.addressed(to: endpoint, by: self.configuration.userAgent, token: token)
            let response = try await withDeadline(in: time) { [http = self.http] in
                try await http.execute(addressed, timeout: .init(time), logger: logger)
            }
            guard !Self.isCompressed(response.headers) else {
                throw HubClientError(
                    .unexpectedAnswer, "\(endpoint) answered compressed, which was not asked for: is it a hub?",
                    status: Int(response.status.code))
            }
            return response
        } catch {
            throw HubClientError(transport: error, to: endpoint)
        }
    }

    /// Reads the whole of an answer, whatever it says.
    ///
    /// What is said of a refusal may come late, be endless or be missing: the refusal stands.
    /// - Throws: ``HubClientError`` if the body of what is no refusal does not come in time, or is bigger than it may be.
    private func read(
        _ response: HTTPClientResponse, from endpoint: HubEndpoint
    ) async throws(HubClientError) -> HubAnswer {
        let isRefusal = response.status.code >= 400
        let limit = isRefusal ? Self.maximumProblemByteCount : self.configuration.maximumAnswerByteCount
        var answer = HubAnswer(
            status: Int(response.status.code), reason: response.status.reasonPhrase, headers: response.headers,
            body: ByteBuffer())
        do {
            answer.body = try await withDeadline(in: self.configuration.requestTimeout) {
                try await response.body.collect(upTo: limit)
            }
        } catch is NIOTooManyBytesError where !isRefusal {
            throw HubClientError(
                .unexpectedAnswer, "\(endpoint) answered \(answer.status) with more than \(limit) bytes: is it a hub?",
                status: answer.status)
        } catch {
            guard isRefusal, !Task.isCancelled else { throw HubClientError(transport: error, to: endpoint) }
        }
        return answer
    }

    /// The most bytes that are read of what a hub says of a refusal.
    private static let maximumProblemByteCount = 64 << 10

    /// Nothing but the bytes themselves was asked for, and a few of others can stand for any number.
    private static func isCompressed(_ headers: HTTPHeaders) -> Bool {
        headers["Content-Encoding"].contains { !$0.utf8.elementsEqual("identity".utf8) }
    }
}

extension HubClientError {
    fileprivate func allowsAnotherHub(_ request: HubRequest) -> Bool {
        switch self.code {
        case .unreachable: true
        case .unavailable: self.status == 503
        case .outcomeUnknown: request.isRepeatable
        default: false
        }
    }
}
