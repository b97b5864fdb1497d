/// The payload of an event: UTF-8 text in which every line ends with LF alone.
///
/// CRLF and CR become LF at the door, so that all transports agree on what the data is: EventSource could not carry
/// the difference (WHATWG HTML, 9.2.6).
public struct EventData: Hashable, Sendable {
    /// The most bytes of an event's data at every door: no bus can be asked to hold more.
    public static let maximumByteCount = 32 << 20

    /// The bytes of the text, valid UTF-8, without CR.
    public let bytes: [UInt8]

    /// Makes event data of a text.
    /// - Parameter text: Any text; CRLF and CR in it become LF.
    public init(_ text: String) {
        self.bytes = Self.normalized(Array(text.utf8))
    }

    /// Makes event data of bytes that came over a wire.
    /// - Parameter bytes: Must be UTF-8; CRLF and CR become LF.
    /// - Throws: `InvalidEvent` if the bytes are not UTF-8.
    public init(validating bytes: [UInt8]) throws(InvalidEvent) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw InvalidEvent("the data must be UTF-8 text; encode binary data, for example as base64")
        }
        self.bytes = Self.normalized(bytes)
    }

    /// The payload as a string.
    public var text: String { String(decoding: self.bytes, as: UTF8.self) }

    private static func normalized(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0x0D) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var afterCR = false
        for byte in bytes {
            if byte == 0x0A, afterCR {
                afterCR = false
                continue
            }
            afterCR = byte == 0x0D
            result.append(afterCR ? 0x0A : byte)
        }
        return result
    }
}

/// Says why a topic, an event name, data or a retry hint was refused, in one line that names the rule.
public struct InvalidEvent: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong and what is accepted, for the person who sent it.
    public let description: String

    /// Makes the error.
    /// - Parameter description: One line without the event's data.
    public init(_ description: String) {
        self.description = description
    }
}
