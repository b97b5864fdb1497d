import ByteStrings

/// Reads the JSON that a hub puts into the data of a message.
enum MessageContent {
    /// What was lost, as JSON has it.
    struct Reset: Decodable {
        let topic: String
        let reason: String
        let requested: String?
        let oldest: String?
        let latest: String?

        /// - Parameter cursor: The place after it.
        func reset(cursor: String? = nil) -> StreamReset {
            StreamReset(
                topic: self.topic, reason: .init(rawValue: MessageContent.word(self.reason)), requested: self.requested,
                oldest: self.oldest, latest: self.latest, cursor: cursor)
        }
    }

    private struct Close: Decodable {
        let reason: String
    }

    /// An event, as JSON has it.
    struct Envelope: Decodable {
        let id: String?
        let topic: String
        let event: String?
        let data: String
        let retry: Int?

        /// - Parameter id: Its id if it names none.
        func streamEvent(id: String? = nil) -> StreamEvent {
            StreamEvent(id: self.id ?? id, topic: self.topic, name: self.event, data: self.data, retry: self.retry)
        }
    }

    /// The data of `hub.reset`.
    static func reset(_ message: EventStreamMessage) -> StreamReset? {
        Self.decode(Reset.self, message)?.reset(cursor: message.id)
    }

    /// The data of `hub.close`.
    static func close(_ message: EventStreamMessage) -> StreamClose? {
        Self.decode(Close.self, message).map {
            StreamClose(reason: .init(rawValue: Self.word($0.reason)), retry: message.retry)
        }
    }

    /// A whole event, as `format=json` puts it into the data.
    static func envelope(_ message: EventStreamMessage) -> StreamEvent? {
        Self.decode(Envelope.self, message)?.streamEvent(id: message.id)
    }

    /// A reason, which callers compare: one word, whatever the server said.
    private static func word(_ text: String) -> String { ByteString(text).shortened(to: 64) }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ message: EventStreamMessage) -> Value? {
        try? HubJSON.decode(type, from: message.data.utf8)
    }
}
