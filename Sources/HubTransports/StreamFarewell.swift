public import NIOCore
public import NIOHTTP1

/// A stream that says at once why it ends: what a client gets that can't make anything of a refusal.
public struct StreamFarewell: Sendable {
    /// The header fields.
    public let headers: HTTPHeaders
    /// The whole body.
    public let body: ByteBuffer
}

/// When a client that was told to leave comes back, so that a fleet does not move in step.
enum CloseRetry {
    private static let milliseconds: ClosedRange<Int32> = 500...5000

    /// In milliseconds.
    static func random() -> Int32 { .random(in: self.milliseconds) }
}
