import NIOCore
import NIOHTTP1

/// The bytes of heads and complete answers (RFC 9112, 4 and 5).
enum AnswerEncoding {
    /// Writes a status line and the header fields, with those that every answer has.
    ///
    /// A field that could end its line early is left out: none should get here, and none may split an answer.
    /// - Parameter date: The `Date` field, which the head has yet to get.
    static func head(_ head: HTTPResponseHead, date: String, into bytes: inout ByteBuffer) {
        bytes.writeStaticString(head.version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        bytes.writeString(String(head.status.code))
        bytes.writeStaticString(" ")
        bytes.writeString(head.status.reasonPhrase)
        bytes.writeStaticString("\r\n")
        for field in head.headers where self.isSafe(field.name) && self.isSafe(field.value) {
            self.field(field.name, field.value, into: &bytes)
        }
        self.field("Date", date, into: &bytes)
        // No browser may take an answer for what its type does not say (WHATWG Fetch, 3.7): whatever a topic or an event holds.
        bytes.writeStaticString("X-Content-Type-Options: nosniff\r\n\r\n")
    }

    private static func field(_ name: String, _ value: String, into bytes: inout ByteBuffer) {
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    /// Writes a complete answer, framed by its length.
    /// - Parameters:
    ///   - answer: The answer.
    ///   - version: The request's version of HTTP.
    ///   - keepsAlive: Whether the connection stays.
    ///   - omitsBody: Whether the request was `HEAD`.
    ///   - date: The `Date` field.
    static func answer(
        _ answer: HTTPAnswer, version: HTTPVersion, keepsAlive: Bool, omitsBody: Bool, date: String
    ) -> ByteBuffer {
        var headers = answer.headers
        // HEAD needs no length, and that of a stream is not known.
        if answer.status.mayHaveResponseBody, !omitsBody || answer.body.readableBytes > 0 {
            headers.replaceOrAdd(name: "Content-Length", value: String(answer.body.readableBytes))
        }
        if !keepsAlive {
            headers.replaceOrAdd(name: "Connection", value: "close")
        } else if version == .http1_0 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(512 + answer.body.readableBytes)
        // A server names its own version, also to a client of HTTP/1.0 (RFC 9110, 2.5).
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        self.head(head, date: date, into: &bytes)
        if !omitsBody, answer.status.mayHaveResponseBody { bytes.writeImmutableBuffer(answer.body) }
        return bytes
    }

    private static func isSafe(_ text: String) -> Bool {
        // Bytes that lie together are looked at several times as fast.
        text.utf8.withContiguousStorageIfAvailable(self.isSafe(bytes:)) ?? self.isSafe(bytes: text.utf8)
    }

    private static func isSafe(bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { $0 != 0x0D && $0 != 0x0A && $0 != 0x00 }
    }
}
