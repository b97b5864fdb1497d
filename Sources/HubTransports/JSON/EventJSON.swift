import HubCore

/// The JSON form of an event, the same in every transport: `{"id":…,"topic":…,"event":…,"data":…,"retry":n}`, absent
/// fields left out.
enum EventJSON {
    /// Encodes an event, on one line.
    static func encode(_ event: Event) -> [UInt8] {
        var json = JSONText(escapesMarkup: false, capacity: event.data.bytes.count + 160)
        json.object { json in
            json.member("id", event.id.description)
            json.member("topic", event.topic.name)
            if let name = event.name { json.member("event", name) }
            json.name("data")
            json.string(utf8: event.data.bytes)
            if let retry = event.retry { json.member("retry", retry) }
        }
        return json.bytes
    }
}
