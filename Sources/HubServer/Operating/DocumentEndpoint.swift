import ByteStrings
import Crypto
import HubTransports
import NIOCore
import NIOHTTP1
import WebAssets

/// A document that is the same for everybody. Browsers may keep it, and ask each time whether it is still the same
/// (RFC 9111, 5.2.2.4), so that they never mix those of two releases.
struct DocumentEndpoint: Endpoint {
    private let body: ByteBuffer
    private let headers: HTTPHeaders
    private let tag: ByteString

    /// Makes the endpoint of a document.
    /// - Parameters:
    ///   - type: Its media type.
    ///   - bytes: What is in it.
    ///   - headers: Further header fields of its answers.
    init(type: String, bytes: [UInt8], headers: HTTPHeaders = [:]) {
        let digest = SHA256.hash(data: bytes).prefix(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        self.tag = ByteString(digest.joined())
        self.body = ByteBuffer(bytes: bytes)
        var fields = headers
        fields.add(name: "Content-Type", value: type)
        fields.add(name: "Cache-Control", value: "no-cache")
        fields.add(name: "ETag", value: EntityTag.field(self.tag.string))
        self.headers = fields
    }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        if EntityTag.list(request.headers).contains(where: { ["*", self.tag].contains($0) }) {
            return .now(HTTPAnswer(.notModified, headers: self.headers))
        }
        return .now(HTTPAnswer(.ok, headers: self.headers, body: self.body))
    }

    /// `GET /openapi.yaml`.
    static let description = DocumentEndpoint(type: "application/yaml", bytes: PackageResources.openapi_yaml)
}

extension Route {
    /// The browser client, for pages of every origin.
    static var client: [Route] {
        let headers: HTTPHeaders = [
            "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
        ]
        return WebAssets.client.map { Route($0, name: "client", headers: headers) }
    }

    /// The demo page, which may load nothing but what this hub serves.
    static var demo: [Route] {
        let policy = """
            default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
            img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
        let headers: HTTPHeaders = ["Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"]
        return WebAssets.demo.map { Route($0, name: "demo", headers: headers) }
    }

    private init(_ asset: WebAsset, name: String, headers: HTTPHeaders) {
        let endpoint = DocumentEndpoint(type: asset.type, bytes: asset.bytes, headers: headers)
        self.init(path: asset.path, name: name, endpoint: endpoint)
    }
}
