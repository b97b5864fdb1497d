import ByteStrings
import HubCore

/// The JSON form of an event, the same in every transport: `{"id":…,"topic":…,"event":…,"data":…,"retry":n}`, absent
/// fields left out.
enum EventJSON {
    /// Encodes an event, on one line.
    /// - Parameter escapesMarkup: Whether no reader can take the text for markup or for script.
    static func encode(_ event: Event, escapesMarkup: Bool = false) -> [UInt8] {
        var json = JSONText(escapesMarkup: escapesMarkup, capacity: event.data.bytes.count + 160)
        json.object { self.members(of: event, &$0) }
        return json.bytes
    }

    /// Writes the members of the object.
    static func members(of event: Event, _ json: inout JSONText) {
        json.member("id", event.id.description)
        json.member("topic", event.topic.name)
        if let name = event.name { json.member("event", name) }
        json.name("data")
        if json.escapesMarkup { json.string(event.data.text) } else { json.string(utf8: event.data.bytes) }
        if let retry = event.retry { json.member("retry", retry) }
    }
}

/// The JSON form of a reset, the same in every transport: `{"topic":…,"reason":…,"requested":…,"oldest":…,"latest":…}`,
/// where an event that there isn't is `null`.
enum ResetJSON {
    /// Encodes a notice, on one line.
    static func encode(_ notice: ResetNotice) -> [UInt8] {
        var json = JSONText(escapesMarkup: false, capacity: 256)
        json.object { self.members(of: notice, &$0) }
        return json.bytes
    }

    /// Writes the members of the object.
    static func members(of notice: ResetNotice, _ json: inout JSONText) {
        json.member("topic", notice.topic.name)
        json.member("reason", notice.reason.rawValue)
        json.member("requested", notice.requested)
        json.member("oldest", orNull: notice.oldest?.description)
        json.member("latest", orNull: notice.latest?.description)
    }
}
