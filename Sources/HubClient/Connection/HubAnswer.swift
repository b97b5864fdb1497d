import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An answer of a hub that was read to its end.
struct HubAnswer: Sendable {
    let status: Int
    let reason: String
    let headers: HTTPHeaders
    var body: ByteBuffer

    var problem: ProblemDetail? {
        guard self.headers.first(name: "Content-Type")?.contains("json") == true else { return nil }
        return try? JSONDecoder().decode(ProblemDetail.self, from: Data(self.body.readableBytesView))
    }

    /// `Retry-After` in seconds. The form with a date (RFC 9110, 10.2.3) is not used by hubs, and is passed over.
    var retryAfter: Duration? {
        guard let text = self.headers.first(name: "Retry-After"), let seconds = Int(text), seconds >= 0 else {
            return nil
        }
        return .seconds(min(seconds, 86_400))
    }

    /// Reads the body as JSON.
    /// - Throws: ``HubClientError`` with the code `unexpectedAnswer` if it is not what a hub answers.
    func decode<Value: Decodable>(_ type: Value.Type, from endpoint: HubEndpoint) throws(HubClientError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(self.body.readableBytesView))
        } catch {
            throw HubClientError(
                .unexpectedAnswer, "\(endpoint) answered \(self.status) with a body that a hub does not send",
                status: self.status)
        }
    }
}
