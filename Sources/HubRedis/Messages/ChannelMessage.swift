import HubCore

/// What the scripts publish on the channels, in format 1.
///
/// Every message begins with the format (one hexadecimal digit), the kind (one letter), and the epoch and an offset (16
/// hexadecimal digits each). An event goes on with the previous offset (16), flags (2), retry (8, all `f` for none) and
/// the length of its name (4), then come the name and, to the end, the data.
enum ChannelMessage: Equatable {
    /// An event was appended to the channel's topic.
    case event(EventMessage)
    /// The log of the channel's topic was dropped; the offset is its last one.
    case deleted(EventID)
    /// The channel's topic was forgotten; the offset is its last one.
    case retired(EventID)
    /// A member's own probe, or a new epoch; the offset is the clock.
    case position(EventID)

    /// An event's message, apart from its topic, which the channel tells.
    struct EventMessage: Equatable {
        var id: EventID
        var previous: Offset
        /// Whether the topic was not there: `previous` is the floor.
        var isFirst: Bool
        var retry: Int32?
        var name: String?
        var data: EventData
    }

    /// The one format that this release reads.
    static let format = UInt8(ascii: "1")

    /// Reads a message.
    /// - Throws: `MalformedMessage` for anything that is not one in the format that this release knows.
    init(_ bytes: [UInt8]) throws(MalformedMessage) {
        var fields = FixedWidthFields(bytes)
        guard try fields.byte() == Self.format else { throw MalformedMessage("of an unknown format") }
        let kind = try fields.byte()
        let epoch = Epoch(rawValue: try fields.hexadecimal(digits: 16))
        let id = EventID(epoch: epoch, offset: Offset(rawValue: try fields.hexadecimal(digits: 16)))
        switch kind {
        case UInt8(ascii: "e"): self = .event(try Self.event(id, &fields))
        case UInt8(ascii: "d"): self = .deleted(id)
        case UInt8(ascii: "r"): self = .retired(id)
        case UInt8(ascii: "p"), UInt8(ascii: "c"): self = .position(id)
        default: throw MalformedMessage("of an unknown kind")
        }
    }

    private static func event(
        _ id: EventID, _ fields: inout FixedWidthFields
    ) throws(MalformedMessage) -> EventMessage {
        let previous = Offset(rawValue: try fields.hexadecimal(digits: 16))
        let flags = try fields.hexadecimal(digits: 2)
        let retry = try fields.hexadecimal(digits: 8)
        let name = try fields.text(count: Int(try fields.hexadecimal(digits: 4)))
        guard name.isEmpty || (try? EventName(name)) != nil else { throw MalformedMessage("with a name that is none") }
        guard previous < id.offset else { throw MalformedMessage("with a previous offset that is not lower") }
        guard retry == 0xFFFF_FFFF || retry <= UInt64(RetryHint.maximumMilliseconds) else {
            throw MalformedMessage("with a retry out of range")
        }
        let data = try fields.rest()
        guard data.bytes.count <= EventData.maximumByteCount else {
            throw MalformedMessage("larger than an event may be")
        }
        return EventMessage(
            id: id, previous: previous, isFirst: flags & 1 == 1,
            retry: retry == 0xFFFF_FFFF ? nil : Int32(retry), name: name.isEmpty ? nil : name, data: data)
    }
}
