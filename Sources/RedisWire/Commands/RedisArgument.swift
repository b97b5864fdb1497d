public import NIOCore

/// One word of a command: its name, a key, a value. Any bytes.
public enum RedisArgument: Sendable, Hashable {
    /// A text, sent as UTF-8.
    case string(String)
    /// Bytes.
    case bytes([UInt8])
    /// The readable bytes of a buffer.
    case buffer(ByteBuffer)
    /// A number, sent in decimal.
    case integer(Int64)
}

extension RedisArgument: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
}

extension RedisArgument {
    /// Makes the argument of a text.
    public init(_ text: String) { self = .string(text) }
    /// Makes the argument of a number.
    public init(_ number: some BinaryInteger) { self = .integer(Int64(clamping: number)) }
    /// Makes the argument of bytes.
    public init(_ bytes: [UInt8]) { self = .bytes(bytes) }
}
