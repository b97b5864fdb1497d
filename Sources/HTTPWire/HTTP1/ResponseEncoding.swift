import HTTPTypes
import NIOCore
import NIOHTTP1

/// The bytes of heads and complete responses (RFC 9112, 4 and 5).
enum ResponseEncoding {
    /// What lets a client send the body that it announced (RFC 9110, 15.2.1).
    static let `continue` = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

    /// The head of a stream, in the request's version: by it a client of HTTP/1.0 knows that there are no chunks.
    /// - Parameter date: The `Date` field.
    static func head(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, version: HTTPVersion, date: String
    ) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(512)
        bytes.writeStaticString(version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        self.write(status, fields, date: date, into: &bytes)
        return bytes
    }

    /// Writes what follows the version in a status line, and the fields, with those that every response has.
    ///
    /// A field that could end its line early is left out: none should get here, and none may split a response.
    private static func write(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, date: String, into bytes: inout ByteBuffer
    ) {
        bytes.writeString(String(status.code))
        bytes.writeStaticString(" ")
        bytes.writeString(status.reasonPhrase)
        bytes.writeStaticString("\r\n")
        for field in fields where field.hasSafeValue {
            self.field(field.name.rawName, field.value, into: &bytes)
        }
        self.field("Date", date, into: &bytes)
        // No browser may take a response for what its type does not say (WHATWG Fetch, 3.7): whatever a topic or an event holds.
        bytes.writeStaticString("X-Content-Type-Options: nosniff\r\n\r\n")
    }

    private static func field(_ name: String, _ value: String, into bytes: inout ByteBuffer) {
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    /// A complete response, framed by its length.
    /// - Parameters:
    ///   - response: The response.
    ///   - version: The request's version of HTTP.
    ///   - keepsAlive: Whether the connection stays.
    ///   - omitsBody: Whether the request was `HEAD`.
    ///   - date: The `Date` field.
    static func response(
        _ response: Response, version: HTTPVersion, keepsAlive: Bool, omitsBody: Bool, date: String
    ) -> ByteBuffer {
        var fields = response.framedFields(omitsBody: omitsBody)
        if !keepsAlive {
            // A field that is only of use on this connection is named there (RFC 9110, 7.6.1).
            fields[.connection] = fields[.connection].map { "close, \($0)" } ?? "close"
        } else if version == .http1_0 {
            fields[.connection] = "keep-alive"
        }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(512 + response.body.readableBytes)
        // A server names its own version, also to a client of HTTP/1.0 (RFC 9110, 2.5).
        bytes.writeStaticString("HTTP/1.1 ")
        self.write(response.status, fields, date: date, into: &bytes)
        if !omitsBody, response.status.mayHaveBody { bytes.writeImmutableBuffer(response.body) }
        return bytes
    }
}
