import NIOCore

/// The body of a request, as far as it has come.
struct RequestBody {
    private static let wireBytesPerByte = 8

    /// What has come.
    private(set) var bytes = ByteBuffer()
    private let maximumByteCount: Int
    private let start: NIODeadline

    /// Nothing has come yet.
    /// - Parameters:
    ///   - maximumByteCount: The most bytes that it may have.
    ///   - start: When the head had come.
    init(maximumByteCount: Int, start: NIODeadline) {
        self.maximumByteCount = maximumByteCount
        self.start = start
    }

    /// More of it has come.
    /// - Returns: Whether it may be as long as that; nothing is kept of what is too long.
    mutating func receive(_ more: ByteBuffer) -> Bool {
        guard self.bytes.readableBytes + more.readableBytes <= self.maximumByteCount else { return false }
        if self.bytes.readableBytes == 0 { self.bytes = more } else { self.bytes.writeImmutableBuffer(more) }
        return true
    }

    /// When the rest must be there.
    func deadline(_ limits: HTTPLimits) -> NIODeadline {
        let allowance = TimeAmount.milliseconds(Int64(self.bytes.readableBytes) * 1000 / Int64(limits.bodyRate))
        return self.start + limits.bodyTime + allowance
    }

    /// Whether it takes more on the wire than its data excuse: in chunks of one byte they take six times as much, and whatever is
    /// beyond that says nothing (RFC 9112, 7.1.1).
    /// - Parameter wireByteCount: How many bytes have come since the head.
    func isPadded(wireByteCount: Int, _ limits: HTTPLimits) -> Bool {
        wireByteCount > limits.framingBytes + Self.wireBytesPerByte * self.bytes.readableBytes
    }
}

@available(*, unavailable)
extension RequestBody: Sendable {}
