public import ByteStrings
public import HTTPTypes
public import NIOCore

/// A complete response. Framing, `Date` and `Connection` are added where it is written.
public struct Response: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The header fields.
    public var fields: HTTPFields
    /// The body; empty if there is none.
    public var body: ByteBuffer

    /// Makes a response.
    public init(_ status: HTTPResponse.Status, fields: HTTPFields = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Makes a response of a text that nobody stores.
    /// - Parameters:
    ///   - status: The status.
    ///   - type: The media type.
    ///   - text: The text.
    public init(_ status: HTTPResponse.Status, type: String, text: String) {
        self.init(status, fields: [.contentType: type, .cacheControl: "no-store"], body: ByteBuffer(string: text))
    }

    /// Makes a response of text that is JSON already.
    public static func json(text: String) -> Response {
        Response(.ok, type: "application/json", text: text)
    }

    /// Makes a response of JSON text.
    public static func json(_ json: JSONText) -> Response {
        let fields: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        return Response(.ok, fields: fields, body: ByteBuffer(bytes: json.bytes))
    }

    /// The same response with fields added, except for those that it has.
    public func adding(_ fields: HTTPFields) -> Response {
        var response = self
        for field in fields where !response.fields.contains(field.name) { response.fields.append(field) }
        return response
    }
}
