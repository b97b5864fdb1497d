import ByteStrings
import HubCore

/// What the hub says over a WebSocket besides events: one JSON object a message.
enum HubMessage {
    /// A client's mark, as JSON text.
    typealias Ref = ArraySlice<UInt8>

    /// The first message.
    /// - Parameter cursor: The position before the first event to come; `nil` if it is not known.
    static func hello(_ cursor: String?) -> [UInt8] {
        self.message("hello") { json in
            if let cursor { json.member("cursor", cursor) }
        }
    }

    /// Tells of a gap.
    static func reset(_ notice: ResetNotice) -> [UInt8] {
        self.message("reset") { json in
            ResetJSON.members(of: notice, &json)
            if let cursor = notice.cursor { json.member("cursor", cursor.description) }
        }
    }

    /// The last message.
    /// - Parameter retry: How long the client should wait before it comes back, in milliseconds.
    static func close(_ reason: CloseReason, retry: Int32) -> [UInt8] {
        self.message("close") { json in
            json.member("reason", reason.rawValue)
            json.member("retry", retry)
        }
    }

    /// The answer to `publish`.
    static func published(_ event: PublishedEvent, _ ref: Ref?) -> [UInt8] {
        self.message("published", ref) { json in
            json.member("id", event.id.description)
            if event.topics.count == 1 {
                json.member("topic", event.topics[0].name)
            } else {
                json.name("topic")
                json.array { json in
                    for topic in event.topics { json.string(topic.name) }
                }
            }
        }
    }

    /// The answer to `subscribe`.
    static func subscribed(_ topic: Topic, _ cursor: String?, _ ref: Ref?) -> [UInt8] {
        self.message("subscribed", ref) { json in
            json.member("topic", topic.name)
            if let cursor { json.member("cursor", cursor) }
        }
    }

    /// The answer to `unsubscribe`.
    static func unsubscribed(_ topic: Topic, _ ref: Ref?) -> [UInt8] {
        self.message("unsubscribed", ref) { $0.member("topic", topic.name) }
    }

    /// The answer to `authorize`.
    static func authorized(_ ref: Ref?) -> [UInt8] {
        self.message("authorized", ref) { _ in }
    }

    /// The answer to what can't be done.
    static func error(_ message: String, _ ref: Ref?) -> [UInt8] {
        self.message("error", ref) { $0.member("message", message) }
    }

    private static func message(_ type: String, _ ref: Ref? = nil, _ members: (inout JSONText) -> Void) -> [UInt8] {
        var json = JSONText(escapesMarkup: false, capacity: 160)
        json.object { json in
            json.member("type", type)
            members(&json)
            if let ref { json.member("ref", json: ref) }
        }
        return json.bytes
    }
}
