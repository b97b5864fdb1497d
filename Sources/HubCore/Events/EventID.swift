/// The identity of an event, made by the bus: an epoch, and an offset that rises across all topics of the partition.
///
/// On the wire it is `EPOCH-OFFSET`, each 16 lower-case hexadecimal digits, 33 bytes in all. The width is fixed, so that
/// ids also rise as plain text; clients must still treat them as opaque.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    /// The history that the event belongs to.
    public let epoch: Epoch
    /// The event's position in that history.
    public let offset: Offset

    /// Makes an id of its two parts.
    public init(epoch: Epoch, offset: Offset) {
        self.epoch = epoch
        self.offset = offset
    }

    /// Reads the wire form; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard bytes.count == 33 else { return nil }
        let dash = bytes.index(bytes.startIndex, offsetBy: 16)
        guard bytes[dash] == UInt8(ascii: "-"), let epoch = UInt64(fixedHex: bytes[..<dash]),
            let offset = UInt64(fixedHex: bytes[bytes.index(after: dash)...])
        else { return nil }
        self.init(epoch: Epoch(rawValue: epoch), offset: Offset(rawValue: offset))
    }

    public var description: String { "\(self.epoch)-\(self.offset.rawValue.fixedHex)" }
}

/// A position in a stream: what EventSource's `id:` field and every `cursor` field hold.
///
/// Today a cursor is the id of the last event before the position; with more than one partition it may hold one id for
/// each of them, which is why it has a type of its own.
public struct Cursor: Hashable, Sendable, CustomStringConvertible {
    /// The position, in the one partition that there is.
    public let id: EventID

    /// Makes the cursor of the position right after an event.
    public init(after id: EventID) {
        self.id = id
    }

    /// Reads the wire form; `nil` for anything that is not a cursor of ours.
    public init?(_ text: some StringProtocol) {
        guard let id = EventID(text) else { return nil }
        self.id = id
    }

    public var description: String { self.id.description }
}
