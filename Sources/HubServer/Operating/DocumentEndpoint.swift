import ByteStrings
import Crypto
import HTTPTypes
import HTTPWire
import HubDoor
import HubTransports
import NIOCore
import WebAssets

/// A document that is the same for everybody. Browsers may keep it, and ask each time whether it is still the same
/// (RFC 9111, 5.2.2.4), so that they never mix those of two releases. One that is asked for by its release, `?v=1.2.3`, they
/// need not ask for again.
struct DocumentEndpoint: Endpoint {
    private let tag: ByteString
    private let plain: Response
    /// The same, compressed once for all; `nil` if that makes it no smaller.
    private let packed: Response?

    /// Makes the endpoint of a document.
    /// - Parameters:
    ///   - type: Its media type.
    ///   - bytes: What is in it.
    ///   - fields: Further header fields of its responses.
    init(type: String, bytes: [UInt8], fields: HTTPFields = [:]) {
        let digest = SHA256.hash(data: bytes).prefix(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        let tag = digest.joined()
        var all = fields
        all[.contentType] = type
        all[.cacheControl] = "no-cache"
        all[.eTag] = EntityTag.field(tag)
        all.append(HTTPField(name: .vary, value: "Accept-Encoding, Origin"))
        self.tag = ByteString(tag)
        self.plain = Response(.ok, fields: all, body: ByteBuffer(bytes: bytes))
        let small = Gzip.compress(bytes)
        all[.contentEncoding] = "gzip"
        // Of each form of a document the bytes have a tag of their own (RFC 9110, 8.8.3.3); asked with either, it is the same.
        all[.eTag] = EntityTag.field(tag + "-gzip")
        self.packed = small.count < bytes.count ? Response(.ok, fields: all, body: ByteBuffer(bytes: small)) : nil
    }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        var response = self.plain
        if let packed = self.packed, AcceptedCodings.includesGzip(request.fields) { response = packed }
        if request.query.items.contains(where: { $0.name == "v" && $0.value == ByteString(HubRelease.version) }) {
            response.fields[.cacheControl] = "public, max-age=31536000, immutable"
        }
        if EntityTag.list(request.fields).contains(where: { ["*", self.tag].contains($0) }) {
            response.fields[.contentEncoding] = nil
            return .now(Response(.notModified, fields: response.fields))
        }
        return .now(response)
    }

    /// `GET /openapi.yaml`.
    static let description = DocumentEndpoint(type: "application/yaml", bytes: PackageResources.openapi_yaml)
}

extension Route {
    /// The browser client, for pages of every origin.
    static var client: [Route] {
        var fields: HTTPFields = [.accessControlAllowOrigin: "*", .crossOriginResourcePolicy: "cross-origin"]
        // Where types are, for tools that load modules by address.
        if let types = HTTPField.Name("X-TypeScript-Types") { fields[types] = "/hub.d.ts" }
        return WebAssets.client.map { Route($0, name: "client", fields: fields) }
    }

    /// The demo page.
    static var demo: [Route] {
        WebAssets.demo.map { Route($0, name: "demo", fields: self.pageFields(frames: "'self'")) }
    }

    /// The console's page, which holds nothing that anybody may not see.
    static var console: [Route] {
        WebAssets.console.map { Route($0, name: "console", fields: self.pageFields(frames: "'none'")) }
    }

    /// A page may load nothing but what this hub serves.
    private static func pageFields(frames: String) -> HTTPFields {
        let policy = """
            default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src \(frames); \
            img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
        return [.contentSecurityPolicy: policy, .referrerPolicy: "no-referrer"]
    }

    private init(_ asset: WebAsset, name: String, fields: HTTPFields) {
        let endpoint = DocumentEndpoint(type: asset.type, bytes: asset.bytes, fields: fields)
        self.init(path: asset.path, name: name, endpoint: endpoint)
    }
}
