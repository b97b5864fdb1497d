import HubCore

/// The JSON form of an event, the same in every transport: `{"id":…,"topic":…,"event":…,"data":…,"retry":n}`, absent
/// fields left out.
enum EventJSON {
    /// Encodes an event, on one line.
    static func encode(_ event: Event) -> [UInt8] {
        var json = JSONText(capacity: event.data.bytes.count + 160)
        json.raw(#"{"id":"#)
        json.string(event.id.description.utf8)
        json.raw(#","topic":"#)
        json.string(event.topic.name.utf8)
        if let name = event.name {
            json.raw(#","event":"#)
            json.string(name.utf8)
        }
        json.raw(#","data":"#)
        json.string(event.data.bytes)
        if let retry = event.retry {
            json.raw(#","retry":"#)
            json.number(retry)
        }
        json.raw("}")
        return json.bytes
    }
}
