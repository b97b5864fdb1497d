/// When a client that was told to leave comes back, so that a fleet does not move in step.
enum CloseRetry {
    private static let milliseconds: ClosedRange<Int32> = 500...5000

    /// In milliseconds.
    static func random() -> Int32 { .random(in: self.milliseconds) }
}
