/// How long an EventSource should wait before it reconnects: 0 to 86,400,000 milliseconds (one day).
public struct RetryHint: Hashable, Sendable {
    /// The longest hint, in milliseconds.
    public static let maximumMilliseconds = 86_400_000

    /// The hint, in milliseconds.
    public let milliseconds: Int32

    /// Makes a hint.
    /// - Parameter milliseconds: 0 to 86,400,000.
    /// - Throws: `InvalidEvent` if the number is out of this range.
    public init(milliseconds: Int) throws(InvalidEvent) {
        guard (0...Self.maximumMilliseconds).contains(milliseconds) else {
            throw InvalidEvent("retry must be 0 to \(Self.maximumMilliseconds) milliseconds, not \(milliseconds)")
        }
        self.milliseconds = Int32(milliseconds)
    }
}
