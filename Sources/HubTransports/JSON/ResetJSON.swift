import HubCore

/// The JSON form of a reset, the same in every transport: `{"topic":…,"reason":…,"requested":…,"oldest":…,"latest":…}`,
/// where an event that there isn't is `null`.
enum ResetJSON {
    /// Encodes a notice, on one line.
    static func encode(_ notice: ResetNotice) -> [UInt8] {
        var json = JSONText(capacity: 256)
        json.raw(#"{"topic":"#)
        json.string(notice.topic.name.utf8)
        json.raw(#","reason":"#)
        json.string(notice.reason.rawValue.utf8)
        json.raw(#","requested":"#)
        json.string(notice.requested.utf8)
        json.raw(#","oldest":"#)
        Self.write(notice.oldest, to: &json)
        json.raw(#","latest":"#)
        Self.write(notice.latest, to: &json)
        json.raw("}")
        return json.bytes
    }

    private static func write(_ id: EventID?, to json: inout JSONText) {
        guard let id else { return json.raw("null") }
        json.string(id.description.utf8)
    }
}
