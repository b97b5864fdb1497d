/// Marks a publication so that repeating it publishes nothing: 1 to 256 bytes of visible ASCII.
public struct IdempotencyKey: Hashable, Sendable {
    /// The longest key, in bytes.
    public static let maximumByteCount = 256

    /// The key, as the publisher wrote it.
    public let value: String

    /// Makes a key.
    /// - Parameter value: 1 to 256 visible ASCII characters, as an HTTP header can hold them (RFC 9110, 5.5).
    /// - Throws: `InvalidEvent` if it is empty, too long or holds other characters.
    public init(_ value: String) throws(InvalidEvent) {
        guard (1...Self.maximumByteCount).contains(value.utf8.count),
            value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw InvalidEvent("an idempotency key must be 1 to \(Self.maximumByteCount) visible ASCII characters")
        }
        self.value = value
    }
}
