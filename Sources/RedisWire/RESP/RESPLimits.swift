/// What one reply may cost before the connection is given up.
public struct RESPLimits: Sendable, Hashable {
    /// Bytes of one reply. Default: 64 MiB.
    public var replyBytes: Int
    /// Bytes of a string that is kept. A longer one, up to the 512 MiB that Redis knows, is passed over as it comes, and reads
    /// as null. At least 16 KiB; default: 33 MiB.
    public var stringBytes: Int
    /// Elements of all arrays in one reply together. Default: 1,048,576.
    public var elements: Int
    /// Bytes of a line: a status, an error, a number. Default: 64 KiB.
    public var lineBytes: Int

    /// Makes the limits; each is more than zero.
    public init(
        replyBytes: Int = 64 << 20, stringBytes: Int = 33 << 20, elements: Int = 1 << 20, lineBytes: Int = 64 << 10
    ) {
        self.replyBytes = replyBytes
        self.stringBytes = stringBytes
        self.elements = elements
        self.lineBytes = lineBytes
    }
}
