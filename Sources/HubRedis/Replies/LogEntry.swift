import HubCore
import RedisWire

/// One entry of a log, as `XRANGE` gives it.
enum LogEntry {
    /// An event; what it says of its topic's previous event has still to fit what is before it in the log.
    case event(Event)
    /// An entry that no hub wrote, or one that is larger than any event may be: it is passed over.
    case other(Offset)

    /// The entry's position in the log.
    var offset: Offset {
        switch self {
        case .event(let event): event.offset
        case .other(let offset): offset
        }
    }

    /// Reads an entry: its id, and its fields by name. Fields of later releases are skipped.
    /// - Parameters:
    ///   - value: What Redis answered.
    ///   - topic: Whose log it is.
    ///   - epoch: The epoch in force.
    /// - Throws: `MalformedMessage` if it is not an entry of a stream.
    init?(_ value: RESPValue, of topic: Topic, in epoch: Epoch) throws(MalformedMessage) {
        guard let entry = value.array, entry.count == 2, let id = entry[0].string, let fields = entry[1].array else {
            throw MalformedMessage("with an entry that is none")
        }
        guard let offset = Offset(streamID: id) else { return nil }
        self =
            Self.event(fields, of: topic, at: EventID(epoch: epoch, offset: offset)).map { .event($0) }
            ?? .other(offset)
    }

    private static func event(_ fields: [RESPValue], of topic: Topic, at id: EventID) -> Event? {
        guard fields.count % 2 == 0 else { return nil }
        var previous: Offset?
        var data: EventData?
        var name: String?
        var retry: Int32?
        for index in stride(from: 0, to: fields.count, by: 2) {
            guard let field = fields[index].bytes, let value = fields[index + 1].bytes else { return nil }
            guard field.count == 1 else { continue }
            switch field[0] {
            case UInt8(ascii: "p"): previous = Offset(streamID: String(decoding: value.prefix(64), as: UTF8.self))
            case UInt8(ascii: "d"):
                guard value.count <= EventData.maximumByteCount else { return nil }
                data = try? EventData(validating: value)
            case UInt8(ascii: "e"):
                guard value.count <= EventName.maximumByteCount, let text = String(validating: value, as: UTF8.self),
                    let valid = try? EventName(text)
                else { return nil }
                name = valid.name
            case UInt8(ascii: "r"):
                guard let number = fields[index + 1].integer, let hint = try? RetryHint(milliseconds: Int(number))
                else { return nil }
                retry = hint.milliseconds
            default: break
            }
        }
        // An entry that names no previous event, or one that can't be, no hub has written: of it nothing can be proved.
        guard let data, let previous, previous < id.offset else { return nil }
        return Event(id: id, topic: topic, previous: previous, name: name, data: data, retry: retry)
    }
}
