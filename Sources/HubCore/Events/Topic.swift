/// The name of a stream of events: 1 to 512 bytes of UTF-8 without control characters, of which the last is not `*`.
///
/// A `Topic` validates at the door, so that no code further in ever meets a CR, an LF or a NUL in a name.
public struct Topic: Hashable, Sendable, CustomStringConvertible {
    /// The longest name, in bytes of UTF-8.
    public static let maximumByteCount = 512

    /// The name, as the publisher wrote it.
    public let name: String

    /// Makes a topic of a name.
    /// - Parameter name: 1 to 512 bytes of UTF-8 without control characters (Unicode's general category Cc). What ends in `*`
    ///   is a pattern.
    /// - Throws: `InvalidEvent` that says which rule the name breaks.
    public init(_ name: String) throws(InvalidEvent) {
        guard !name.isEmpty else { throw InvalidEvent("a topic must not be empty") }
        guard name.utf8.count <= Self.maximumByteCount else {
            throw InvalidEvent(
                "a topic must be at most \(Self.maximumByteCount) bytes, this one has \(name.utf8.count)")
        }
        guard name.utf8.last != UInt8(ascii: "*") else {
            throw InvalidEvent("a topic must not end in '*': that is a pattern, which stands for many topics")
        }
        // Nearly every name is plain ASCII, which needs no look at the properties of its characters.
        let isPlain = name.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        guard isPlain || !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw InvalidEvent("a topic must not contain control characters")
        }
        var name = name
        name.makeContiguousUTF8()
        self.name = name
    }

    /// Whether the name is reserved for the hub itself: it starts with `$`, as in MQTT.
    public var isReserved: Bool { self.name.utf8.first == UInt8(ascii: "$") }

    public var description: String { self.name }

    /// Names are the same if their bytes are, as in Redis: Swift's strings would also take `é` and `e` + U+0301 for one.
    public static func == (left: Topic, right: Topic) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        _ = self.name.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
