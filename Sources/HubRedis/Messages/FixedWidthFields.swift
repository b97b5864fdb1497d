import HubCore

/// Reads the fields of a message from front to back, each within the bounds of what is there.
struct FixedWidthFields {
    private var unread: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.unread = bytes[...]
    }

    mutating func byte() throws(MalformedMessage) -> UInt8 {
        guard let byte = self.unread.popFirst() else { throw MalformedMessage("too short") }
        return byte
    }

    /// Reads lower-case hexadecimal digits, at most 16.
    mutating func hexadecimal(digits: Int) throws(MalformedMessage) -> UInt64 {
        var value: UInt64 = 0
        for byte in try self.take(digits) {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: throw MalformedMessage("with a digit that is none")
            }
        }
        return value
    }

    /// Reads UTF-8.
    mutating func text(count: Int) throws(MalformedMessage) -> String {
        guard count > 0 else { return "" }
        guard let text = String(validating: try self.take(count), as: UTF8.self) else {
            throw MalformedMessage("with a name that is not UTF-8")
        }
        return text
    }

    /// Reads all that is left, as an event's data.
    mutating func rest() throws(MalformedMessage) -> EventData {
        defer { self.unread = [] }
        do {
            return try EventData(validating: Array(self.unread))
        } catch {
            throw MalformedMessage("with data that is not UTF-8")
        }
    }

    private mutating func take(_ count: Int) throws(MalformedMessage) -> ArraySlice<UInt8> {
        guard self.unread.count >= count else { throw MalformedMessage("too short") }
        defer { self.unread = self.unread.dropFirst(count) }
        return self.unread.prefix(count)
    }
}

/// Says what is wrong with a message or a reply, without any of its content.
struct MalformedMessage: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
