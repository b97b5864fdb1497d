import ByteStreams
import ByteStrings
public import HubCore

/// What an application is asked: whether somebody may do this.
public enum HookQuestion: Sendable {
    /// Subscribe to these topics, to all of them or none.
    case subscribe([Topic])
    /// Publish these events, all of them or none.
    case publish([Publication])

    /// Whether the same question has the same answer for a while. Two events that are alike are two events.
    var isRepeatable: Bool { if case .subscribe = self { true } else { false } }

    /// What the application gets as JSON.
    func body(of asker: Asker) -> [UInt8] {
        var json = JSONText(escapesMarkup: false)
        json.object { json in
            json.member("action", self.action)
            json.member("transport", asker.transport)
            json.member("client", asker.client.description)
            switch self {
            case .subscribe(let topics): json.topics(topics)
            case .publish(let publications):
                json.name("events")
                json.array { json in publications.forEach { json.event($0) } }
            }
        }
        return json.bytes
    }

    private var action: String {
        switch self {
        case .subscribe: "subscribe"
        case .publish: "publish"
        }
    }
}

extension JSONText {
    fileprivate mutating func topics(_ topics: [Topic]) {
        self.name("topics")
        self.array { json in topics.forEach { json.string($0.name) } }
    }

    /// As an envelope for `POST /publish` has it, but that the topics are always a list.
    fileprivate mutating func event(_ publication: Publication) {
        self.object { json in
            json.topics(publication.topics)
            if let name = publication.name { json.member("event", name.name) }
            json.name("data")
            json.string(utf8: publication.data.bytes)
        }
    }
}
