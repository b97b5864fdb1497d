import ByteStrings
import Crypto
import HTTPTypes
import HTTPWire
import HubDoor
import HubTransports
import NIOCore
import WebAssets

/// A document that is the same for everybody. Browsers may keep it, and ask each time whether it is still the same
/// (RFC 9111, 5.2.2.4), so that they never mix those of two releases.
struct DocumentEndpoint: Endpoint {
    private let body: ByteBuffer
    private let fields: HTTPFields
    private let tag: ByteString

    /// Makes the endpoint of a document.
    /// - Parameters:
    ///   - type: Its media type.
    ///   - bytes: What is in it.
    ///   - fields: Further header fields of its responses.
    init(type: String, bytes: [UInt8], fields: HTTPFields = [:]) {
        let digest = SHA256.hash(data: bytes).prefix(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        self.tag = ByteString(digest.joined())
        self.body = ByteBuffer(bytes: bytes)
        var all = fields
        all[.contentType] = type
        all[.cacheControl] = "no-cache"
        all[.eTag] = EntityTag.field(self.tag.string)
        self.fields = all
    }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        if EntityTag.list(request.fields).contains(where: { ["*", self.tag].contains($0) }) {
            return .now(Response(.notModified, fields: self.fields))
        }
        return .now(Response(.ok, fields: self.fields, body: self.body))
    }

    /// `GET /openapi.yaml`.
    static let description = DocumentEndpoint(type: "application/yaml", bytes: PackageResources.openapi_yaml)
}

extension Route {
    /// The browser client, for pages of every origin.
    static var client: [Route] {
        let fields: HTTPFields = [.accessControlAllowOrigin: "*", .crossOriginResourcePolicy: "cross-origin"]
        return WebAssets.client.map { Route($0, name: "client", fields: fields) }
    }

    /// The demo page, which may load nothing but what this hub serves.
    static var demo: [Route] {
        let policy = """
            default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
            img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
        let fields: HTTPFields = [.contentSecurityPolicy: policy, .referrerPolicy: "no-referrer"]
        return WebAssets.demo.map { Route($0, name: "demo", fields: fields) }
    }

    private init(_ asset: WebAsset, name: String, fields: HTTPFields) {
        let endpoint = DocumentEndpoint(type: asset.type, bytes: asset.bytes, fields: fields)
        self.init(path: asset.path, name: name, endpoint: endpoint)
    }
}
