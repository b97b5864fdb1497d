import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension HubClient {
    /// Sends a request to one hub, and waits for the head of its answer.
    /// - Throws: ``HubClientError``.
    func begin(_ request: HubRequest, at endpoint: HubEndpoint) async throws(HubClientError) -> HTTPClientResponse {
        do {
            let (time, logger) = (self.configuration.requestTimeout, self.logger)
            let addressed = request.addressed(to: endpoint, self.configuration)
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
    func read(
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
