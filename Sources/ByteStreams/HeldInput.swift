public import NIOCore

/// Bytes of a client that nobody can use yet.
///
/// They stay the bytes that they are: what a parser makes of a read full of tiny requests or frames is twenty times as large.
/// It gets a slice at a time, and the next one when all that was in the last has been dealt with.
public struct HeldInput {
    /// The most that is given to a parser at a time, in bytes.
    public static let sliceBytes = 4 << 10

    private var bytes = ByteBuffer()

    /// There is nothing.
    public init() {}

    /// How many bytes there are.
    public var count: Int { self.bytes.readableBytes }

    /// Whether there is nothing.
    public var isEmpty: Bool { self.count == 0 }

    /// Adds what has come.
    public mutating func append(_ more: ByteBuffer) {
        if self.isEmpty { self.bytes = more } else { self.bytes.writeImmutableBuffer(more) }
    }

    /// The first bytes.
    public func first(_ count: Int) -> some Sequence<UInt8> { self.bytes.readableBytesView.prefix(count) }

    /// Takes the next slice; `nil` if there is nothing.
    public mutating func next() -> ByteBuffer? {
        guard self.count > Self.sliceBytes else { return self.takeAll() }
        return self.bytes.readSlice(length: Self.sliceBytes)
    }

    /// Lets go of everything.
    public mutating func removeAll() {
        self.bytes = ByteBuffer()
    }

    /// Takes everything; `nil` if there is nothing.
    public mutating func takeAll() -> ByteBuffer? {
        guard !self.isEmpty else { return nil }
        defer { self.removeAll() }
        return self.bytes
    }
}

@available(*, unavailable)
extension HeldInput: Sendable {}
