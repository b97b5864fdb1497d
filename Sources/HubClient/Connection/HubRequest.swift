import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A request before it is known which hub gets it.
struct HubRequest: Sendable {
    var method: HTTPMethod = .GET
    var path: String
    var query: [(String, String)] = []
    var headers: HTTPHeaders = [:]
    var body: ByteBuffer?
    /// Whether it does no harm to send the request again if it is unknown what became of it.
    var isRepeatable = true

    /// Whether the hub takes a query that is too long for an address as a form as well.
    var takesForm = false

    /// The longest address, in bytes: proxies on the way take 8 KiB for the line that it stands in.
    private static let maximumURLByteCount = 7 << 10

    /// The request as it is sent to one of the hubs.
    /// - Parameters:
    ///   - endpoint: The hub.
    ///   - userAgent: What the client calls itself.
    ///   - token: What it shows, if anything.
    func addressed(to endpoint: HubEndpoint, by userAgent: String, token: String?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: endpoint.url(self.path, self.query))
        request.method = self.method
        request.headers = self.headers
        if self.takesForm, request.url.utf8.count > Self.maximumURLByteCount {
            request.url = endpoint.url(self.path)
            request.method = .POST
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(ByteBuffer(string: HubEndpoint.form(self.query)))
        }
        request.headers.replaceOrAdd(name: "User-Agent", value: userAgent)
        if let token {
            request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token)")
        }
        if let body = self.body { request.body = .bytes(body) }
        return request
    }
}
