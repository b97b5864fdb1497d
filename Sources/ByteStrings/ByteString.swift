#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Text that came from outside, told apart by its bytes (UTF-8): a header field, a path, a name in a query or in JSON.
///
/// Protocols compare bytes. Swift's `String` compares, hashes and takes apart by canonical equivalence, which takes time
/// that grows with the square of the combining marks in a character: 30 KB of them cost a second, and whoever sends them
/// chooses how many. Nothing here takes more than one pass over the bytes, and `e` with U+0301 is not `é`.
///
/// A view of a string: slices share its storage, and neither a comparison with a literal nor a `switch` over one with
/// literals in its cases allocates anything.
public struct ByteString: Sendable {
    /// The bytes.
    public let utf8: Substring.UTF8View

    /// Views a string.
    public init(_ text: String) {
        self.utf8 = text[...].utf8
    }

    /// Views a part of a string.
    public init(_ text: Substring) {
        self.utf8 = text.utf8
    }

    /// Views a part of the bytes of a string.
    public init(_ utf8: Substring.UTF8View) {
        self.utf8 = utf8
    }

    /// Copies bytes; what is not UTF-8 becomes U+FFFD.
    public init(decoding bytes: some Collection<UInt8>) {
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// How many bytes there are.
    public var count: Int { self.utf8.count }

    /// Whether there is nothing.
    public var isEmpty: Bool { self.utf8.isEmpty }

    /// The text as Swift's strings hold it: for what has been bounded or is plain, and for what is only passed on.
    public var string: String { String(Substring(self.utf8)) }

    /// Runs a closure with all bytes in one place.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        self.utf8.withContiguousStorageIfAvailable(body) ?? Array(self.utf8).withUnsafeBufferPointer(body)
    }
}

extension ByteString: Hashable, Comparable {
    public static func == (left: ByteString, right: ByteString) -> Bool {
        guard left.count == right.count else { return false }
        return left.withBytes { left in right.withBytes { right in self.order(left, right) == 0 } }
    }

    /// By the bytes, as `memcmp` orders them; UTF-8 then rises as its scalars do.
    public static func < (left: ByteString, right: ByteString) -> Bool {
        let order = left.withBytes { left in right.withBytes { right in self.order(left, right) } }
        return order == 0 ? left.count < right.count : order < 0
    }

    public func hash(into hasher: inout Hasher) {
        self.withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // No UTF-8 has this byte: two texts after each other do not hash as their bytes in one.
        hasher.combine(0xFF as UInt8)
    }

    /// How the bytes that both have compare.
    private static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> CInt {
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return 0 }
        return memcmp(leftStart, rightStart, min(left.count, right.count))
    }
}

extension ByteString: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral text: String) {
        self.init(text)
    }

    public var description: String { self.string }
}
