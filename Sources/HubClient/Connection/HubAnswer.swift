import ByteStrings
import NIOCore
import NIOHTTP1

/// An answer of a hub that was read to its end.
struct HubAnswer: Sendable {
    let status: Int
    let reason: String
    let headers: HTTPHeaders
    var body: ByteBuffer

    var problem: ProblemDetail? {
        guard let type = self.headers.first(name: "Content-Type"), ByteString(type).contains("json") else { return nil }
        return try? HubJSON.decode(ProblemDetail.self, from: self.body.readableBytesView)
    }

    /// `Retry-After` in seconds. The form with a date (RFC 9110, 10.2.3) is not used by hubs, and is passed over.
    var retryAfter: Duration? {
        guard let text = self.headers.first(name: "Retry-After"), let seconds = ByteString(text).number else {
            return nil
        }
        return .seconds(min(seconds, 86_400))
    }

    /// Reads the body as JSON.
    /// - Throws: ``HubClientError`` with the code `unexpectedAnswer` if it is not what a hub answers.
    func decode<Value: Decodable>(_ type: Value.Type, from endpoint: HubEndpoint) throws(HubClientError) -> Value {
        do {
            return try HubJSON.decode(type, from: self.body.readableBytesView)
        } catch {
            throw HubClientError(
                .unexpectedAnswer, "\(endpoint) answered \(self.status) with a body that a hub does not send",
                status: self.status)
        }
    }
}
