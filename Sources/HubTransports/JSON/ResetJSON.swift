import HubCore

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
