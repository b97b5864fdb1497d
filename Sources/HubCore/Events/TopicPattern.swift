/// Which topics are meant: one by its name, or all that begin alike, written with a `*` at the end (`users/42/*`). `*` alone is
/// every topic but the hub's own, which begin with `$` and have to be named (as in MQTT 5, 4.7.2).
public struct TopicPattern: Hashable, Sendable, CustomStringConvertible {
    /// The name, or what the names begin with.
    private let stem: String
    private let isPrefix: Bool

    /// Makes a pattern.
    /// - Parameter text: A topic, or the beginning of topics and `*`.
    /// - Throws: `InvalidEvent` that says which rule the text breaks.
    public init(_ text: String) throws(InvalidEvent) {
        self.isPrefix = text.utf8.last == UInt8(ascii: "*")
        guard self.isPrefix else {
            self.stem = try Topic(text).name
            return
        }
        let stem = String(Substring(text.utf8.dropLast()))
        // What begins topics is one itself, whatever its last byte: another byte would follow.
        self.stem = stem.isEmpty ? "" : String(Substring(try Topic(stem + "/").name.utf8.dropLast()))
    }

    /// Whether a topic is meant. Bytes are compared.
    public func matches(_ topic: Topic) -> Bool {
        guard self.isPrefix else { return topic.name.utf8.elementsEqual(self.stem.utf8) }
        guard !self.stem.isEmpty else { return !topic.isReserved }
        return topic.name.utf8.starts(with: self.stem.utf8)
    }

    /// The pattern as it is written.
    public var description: String { self.isPrefix ? self.stem + "*" : self.stem }

    /// Patterns are the same if their bytes are.
    public static func == (left: TopicPattern, right: TopicPattern) -> Bool {
        left.isPrefix == right.isPrefix && left.stem.utf8.elementsEqual(right.stem.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.isPrefix)
        for byte in self.stem.utf8 { hasher.combine(byte) }
    }
}
