/// The `event` field of an event: 1 to 256 bytes of UTF-8 without CR, LF or NUL.
public struct EventName: Hashable, Sendable, CustomStringConvertible {
    /// The longest name, in bytes of UTF-8.
    public static let maximumByteCount = 256

    /// The name, as the publisher wrote it.
    public let name: String

    /// Makes an event name that a publisher may use.
    /// - Parameter name: 1 to 256 bytes of UTF-8 without CR, LF or NUL, which would end the field on the wire
    ///   (WHATWG HTML, 9.2.6), and not starting with `hub.`, which is reserved for the hub's own events.
    /// - Throws: `InvalidEvent` that says which rule the name breaks.
    public init(_ name: String) throws(InvalidEvent) {
        guard !name.isEmpty else { throw InvalidEvent("an event name must not be empty; leave the field out instead") }
        guard name.utf8.count <= Self.maximumByteCount else {
            throw InvalidEvent(
                "an event name must be at most \(Self.maximumByteCount) bytes, this one has \(name.utf8.count)")
        }
        guard !name.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0x00 }) else {
            throw InvalidEvent("an event name must not contain CR, LF or NUL")
        }
        // By bytes: to Swift a dot with a combining mark is another character than a dot.
        guard !name.utf8.starts(with: "hub.".utf8) else {
            throw InvalidEvent("event names that start with 'hub.' are reserved, '\(name)' is one")
        }
        self.name = name
    }

    public var description: String { self.name }
}
