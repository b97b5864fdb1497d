import HubTransports
import NIOCore
import NIOHTTP1

/// A complete answer to a request. Framing, `Date` and `Connection` are added where it is written.
struct HTTPAnswer: Sendable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: ByteBuffer

    init(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes an answer of a text.
    init(_ status: HTTPResponseStatus, type: String, text: String) {
        self.init(status, headers: ["Content-Type": type, "Cache-Control": "no-store"], body: ByteBuffer(string: text))
    }

    /// Makes an answer of text that is JSON already.
    static func json(text: String) -> HTTPAnswer {
        HTTPAnswer(.ok, type: "application/json", text: text)
    }

    /// Makes an answer of JSON text.
    static func json(_ json: JSONText) -> HTTPAnswer {
        let fields: HTTPHeaders = ["Content-Type": "application/json", "Cache-Control": "no-store"]
        return HTTPAnswer(.ok, headers: fields, body: ByteBuffer(bytes: json.bytes))
    }

    /// The same answer with header fields added, except for those that it has.
    func adding(_ fields: HTTPHeaders) -> HTTPAnswer {
        var answer = self
        for field in fields where !answer.headers.contains(name: field.name) {
            answer.headers.add(name: field.name, value: field.value)
        }
        return answer
    }
}
