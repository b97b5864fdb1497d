/// What one reply may cost before the connection is given up.
public struct RESPLimits: Sendable, Hashable {
    /// Bytes of one reply. Default: 64 MiB.
    public var replyBytes: Int
    /// Elements of all arrays in one reply together. Default: 1,048,576.
    public var elements: Int
    /// Bytes of a line: a status, an error, a number. Default: 64 KiB.
    public var lineBytes: Int

    /// Makes the limits; each is more than zero.
    public init(replyBytes: Int = 64 << 20, elements: Int = 1 << 20, lineBytes: Int = 64 << 10) {
        self.replyBytes = replyBytes
        self.elements = elements
        self.lineBytes = lineBytes
    }
}
