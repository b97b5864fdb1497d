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
