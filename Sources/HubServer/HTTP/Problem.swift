import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// Why a request was not done, as problem details (RFC 9457): one actionable line for the person who sent it.
struct Problem: Error, Hashable {
    let status: HTTPResponseStatus
    let detail: String
    var headers: HTTPHeaders = [:]

    init(_ status: HTTPResponseStatus, _ detail: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    /// A request that breaks a rule of events.
    init(_ error: InvalidEvent) {
        self.init(.badRequest, error.description)
    }

    /// A refusal that passes, with a hint when to try again.
    static func later(_ status: HTTPResponseStatus, _ detail: String, after seconds: Int) -> Problem {
        Problem(status, detail, headers: ["Retry-After": String(seconds)])
    }

    /// The answer. Its text is JSON with everything unusual escaped, so that echoed input is never markup.
    var answer: HTTPAnswer {
        var json = JSONText()
        json.object { json in
            json.member("type", "about:blank")
            json.member("title", self.status.reasonPhrase)
            json.member("status", Int(self.status.code))
            json.member("detail", self.detail)
        }
        var fields: HTTPHeaders = ["Content-Type": "application/problem+json", "Cache-Control": "no-store"]
        fields.add(contentsOf: self.headers)
        return HTTPAnswer(self.status, headers: fields, body: ByteBuffer(bytes: json.bytes))
    }

    static func == (left: Problem, right: Problem) -> Bool {
        left.status == right.status && left.detail == right.detail
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(self.status.code)
        hasher.combine(self.detail)
    }
}
