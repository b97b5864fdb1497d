/// Why a call of the client failed, in one line that says what to do.
public struct HubClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure, such that a caller knows what to do next. More may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// What was given to the client is not usable; nothing was sent.
        public static let invalidArgument = Code(description: "invalidArgument")
        /// No hub could be reached; nothing was sent. Try again.
        public static let unreachable = Code(description: "unreachable")
        /// The hub can't serve now (429, 503); nothing was published. Try again after `retryAfter`.
        public static let unavailable = Code(description: "unavailable")
        /// Whether it happened is unknown (504, another 5xx, or no answer at all). Repeat it with the same key.
        public static let outcomeUnknown = Code(description: "outcomeUnknown")
        /// The hub refuses the request as it is (4xx); to repeat it is of no use.
        public static let refused = Code(description: "refused")
        /// The answer is not one that a hub gives; probably the address is another server's.
        public static let unexpectedAnswer = Code(description: "unexpectedAnswer")
        /// The stream ended, or was silent for too long. Only seen within an interruption, since a stream goes on.
        public static let streamEnded = Code(description: "streamEnded")
        /// The function that gives tokens threw; nothing was done. Try again.
        public static let noToken = Code(description: "noToken")
        /// The task was cancelled.
        public static let cancelled = Code(description: "cancelled")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, and what to do, in one line.
    public let message: String
    /// The status of the hub's answer, if there was one.
    public let status: Int?
    /// What the hub said of it, if it did.
    public let problem: ProblemDetail?
    /// How long the hub asks to be left alone (`Retry-After`), if it does.
    public let retryAfter: Duration?

    init(
        _ code: Code, _ message: String, status: Int? = nil, problem: ProblemDetail? = nil, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.problem = problem
        self.retryAfter = retryAfter
    }

    public var description: String { self.message }

    static func invalidArgument(_ message: String) -> HubClientError { .init(.invalidArgument, message) }
}
