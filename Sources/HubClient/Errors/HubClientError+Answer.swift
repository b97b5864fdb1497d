extension HubClientError {
    /// The error that an answer of a hub stands for.
    /// - Parameters:
    ///   - answer: Any answer but the one that was hoped for.
    ///   - endpoint: The hub that gave it.
    init(_ answer: HubAnswer, from endpoint: HubEndpoint) {
        let problem = answer.problem
        let said = problem?.detail ?? problem?.title ?? answer.reason
        self.init(
            Self.code(of: answer.status),
            "\(endpoint) answered \(answer.status)\(said.isEmpty ? "" : ": \(Self.shortened(said))")",
            status: answer.status, problem: problem, retryAfter: answer.retryAfter)
    }

    /// What a server says, as much of it as belongs into a line.
    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > 500 else { return text }
        return String(decoding: text.utf8.prefix(500), as: UTF8.self) + "…"
    }

    private static func code(of status: Int) -> Code {
        switch status {
        case 429, 503: .unavailable
        case 408, 425, 500...: .outcomeUnknown
        case 400...: .refused
        default: .unexpectedAnswer
        }
    }
}

/// What a hub says of a request that it did not serve: problem details by RFC 9457.
public struct ProblemDetail: Hashable, Sendable, Codable {
    /// Names the kind of problem; `about:blank` if the status says it all.
    public var type: String?
    /// The kind of problem in a few words.
    public var title: String?
    /// The status of the answer.
    public var status: Int?
    /// What is wrong with this request, and what to do.
    public var detail: String?

    /// Makes a problem detail.
    public init(type: String? = nil, title: String? = nil, status: Int? = nil, detail: String? = nil) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
    }
}
