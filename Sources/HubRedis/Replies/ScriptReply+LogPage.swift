import HubCore
import RedisWire

extension ScriptReply {
    /// Reads the answer of the read script.
    func page(of topic: Topic) throws(MalformedMessage) -> LogPage {
        var page = LogPage(
            epoch: self.place.epoch, clock: self.place.offset, floor: try self.offset(1),
            last: self.isNull(2) ? nil : try self.offset(2), entries: [], hasMore: try self.integer(3) == 1)
        if !self.isNull(5), !self.isNull(6) {
            page.gap = OffsetGap(after: try self.offset(5), before: try self.offset(6))
        }
        let entries = try self.array(4)
        page.entries.reserveCapacity(entries.count)
        for entry in entries {
            let event = try self.event(of: topic, entry)
            if let before = page.entries.last, event.previous < before.offset || event.offset <= before.offset {
                throw MalformedMessage("with entries that do not rise")
            }
            page.entries.append(event)
        }
        return page
    }

    /// Reads an entry as `XRANGE` gives it: its id, and its fields by name. Fields of later releases are skipped.
    private func event(of topic: Topic, _ value: RESPValue) throws(MalformedMessage) -> Event {
        guard let entry = value.array, entry.count == 2, let fields = entry[1].array, fields.count % 2 == 0 else {
            throw MalformedMessage("with an entry that is none")
        }
        let offset = try Offset(reply: entry[0].string)
        var previous: Offset?
        var data: EventData?
        var name: String?
        var retry: Int32?
        for index in stride(from: 0, to: fields.count, by: 2) {
            switch fields[index].string {
            case "p": previous = try Offset(reply: fields[index + 1].string)
            case "d": data = try Self.data(fields[index + 1])
            case "e": name = fields[index + 1].string
            case "r": retry = try Self.retry(fields[index + 1])
            default: break
            }
        }
        guard let previous, let data, previous < offset else {
            throw MalformedMessage("with an entry that lacks a field")
        }
        let id = EventID(epoch: self.place.epoch, offset: offset)
        return Event(id: id, topic: topic, previous: previous, name: name, data: data, retry: retry)
    }

    private static func data(_ value: RESPValue) throws(MalformedMessage) -> EventData {
        guard let bytes = value.bytes, let data = try? EventData(validating: bytes) else {
            throw MalformedMessage("with data that is not UTF-8")
        }
        return data
    }

    private static func retry(_ value: RESPValue) throws(MalformedMessage) -> Int32 {
        guard let number = value.integer, let retry = try? RetryHint(milliseconds: Int(number)) else {
            throw MalformedMessage("with a retry out of range")
        }
        return retry.milliseconds
    }
}
