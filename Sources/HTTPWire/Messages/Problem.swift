import ByteStrings
public import HTTPTypes
import NIOCore

/// Why a request was not done, as problem details (RFC 9457): one actionable line for the person who sent it.
public struct Problem: Error, Hashable {
    /// The status of the response.
    public let status: HTTPResponse.Status
    /// What was wrong, and what is accepted.
    public let detail: String
    /// Fields that the status asks for.
    public let fields: HTTPFields

    /// Makes a problem.
    public init(_ status: HTTPResponse.Status, _ detail: String, fields: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.fields = fields
    }

    /// A refusal that passes, with a hint when to try again.
    /// - Parameters:
    ///   - status: The status of the response.
    ///   - detail: What was wrong, and what is accepted.
    ///   - seconds: When.
    public static func later(_ status: HTTPResponse.Status, _ detail: String, after seconds: Int) -> Problem {
        Problem(status, detail, fields: [.retryAfter: String(seconds)])
    }

    /// The response. Its text is JSON with everything unusual escaped, so that echoed input is never markup.
    public var response: Response {
        var json = JSONText()
        json.object { json in
            json.member("type", "about:blank")
            json.member("title", self.status.reasonPhrase)
            json.member("status", self.status.code)
            json.member("detail", self.detail)
        }
        var fields: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        fields.append(contentsOf: self.fields)
        return Response(self.status, fields: fields, body: ByteBuffer(bytes: json.bytes))
    }
}

extension HTTPResponse.Status {
    /// The name that RFC 7231 had for 413; clients may go by the title of a problem.
    public static var payloadTooLarge: Self { Self(code: 413, reasonPhrase: "Payload Too Large") }
}
