public import NIOHTTP1

/// Why a transport does not answer a request: one line for the person who sent it.
public struct StreamRefusal: Error, Hashable, Sendable {
    /// The status of the answer.
    public let status: HTTPResponseStatus
    /// What was wrong, and what is accepted.
    public let detail: String
    /// Header fields that the status asks for.
    public let headers: HTTPHeaders

    /// Makes a refusal.
    public init(_ status: HTTPResponseStatus, _ detail: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    public static func == (left: StreamRefusal, right: StreamRefusal) -> Bool {
        left.status == right.status && left.detail == right.detail
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.status.code)
        hasher.combine(self.detail)
    }
}
