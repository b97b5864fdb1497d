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
