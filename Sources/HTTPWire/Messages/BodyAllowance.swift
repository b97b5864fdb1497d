/// What body a request may have. Where none is wanted nothing of it is kept, so that nobody can make the server hold bytes that
/// no endpoint reads.
public struct BodyAllowance: Hashable, Sendable {
    /// The most bytes.
    public let maximumBytes: Int
    /// What decides that, for those who want more.
    public let setting: String

    /// Makes an allowance.
    public init(maximumBytes: Int, setting: String) {
        self.maximumBytes = maximumBytes
        self.setting = setting
    }

    /// No body, or an empty one.
    public static let none = BodyAllowance(maximumBytes: 0, setting: "")

    /// The refusal of a larger one (RFC 9110, 15.5.14).
    public var refusal: Problem {
        guard self.maximumBytes > 0 else { return Problem(.payloadTooLarge, "this request may not have a body") }
        return Problem(
            .payloadTooLarge, "the body of this request may have \(self.maximumBytes) bytes at most (\(self.setting))")
    }

    /// Refuses a body that is declared to be larger.
    /// - Parameter length: The `Content-Length`, of which the parser lets only digits pass, but more of them than a number
    ///   here can have.
    /// - Throws: The refusal.
    public func check(length: String?) throws(Problem) {
        guard let length, Int(length) ?? .max > self.maximumBytes else { return }
        throw self.refusal
    }
}
