import ByteStrings

/// Reads the JSON that a hub puts into the data of a message.
enum MessageContent {
    private struct Reset: Decodable {
        let topic: String
        let reason: String
        let requested: String?
        let oldest: String?
        let latest: String?
    }

    private struct Close: Decodable {
        let reason: String
    }

    private struct Envelope: Decodable {
        let id: String?
        let topic: String
        let event: String?
        let data: String
        let retry: Int?
    }

    /// The data of `hub.reset`.
    static func reset(_ message: EventStreamMessage) -> StreamReset? {
        Self.decode(Reset.self, message).map {
            StreamReset(
                topic: $0.topic, reason: .init(rawValue: Self.word($0.reason)), requested: $0.requested,
                oldest: $0.oldest, latest: $0.latest,
                cursor: message.id)
        }
    }

    /// The data of `hub.close`.
    static func close(_ message: EventStreamMessage) -> StreamClose? {
        Self.decode(Close.self, message).map {
            StreamClose(reason: .init(rawValue: Self.word($0.reason)), retry: message.retry)
        }
    }

    /// A whole event, as `format=json` puts it into the data.
    static func envelope(_ message: EventStreamMessage) -> StreamEvent? {
        Self.decode(Envelope.self, message).map {
            StreamEvent(id: $0.id ?? message.id, topic: $0.topic, name: $0.event, data: $0.data, retry: $0.retry)
        }
    }

    /// A reason, which callers compare: one word, whatever the server said.
    private static func word(_ text: String) -> String { ByteString(text).shortened(to: 64) }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ message: EventStreamMessage) -> Value? {
        try? HubJSON.decode(type, from: message.data.utf8)
    }
}
