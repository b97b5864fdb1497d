import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTransports
import NIOCore

/// `GET /topics`, `GET /topics?topic=T`, `DELETE /topics?topic=T`.
struct TopicsEndpoint: Endpoint {
    private static let defaultLimit = 100
    private static let maximumLimit = 1000

    var methods: [HTTPRequest.Method] { [.get, .delete] }

    func needsKey(_ method: HTTPRequest.Method) -> Bool { true }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        let topic = try Self.topic(request.query, "topic")
        if request.method == .delete {
            guard let topic else { throw Problem(.badRequest, "no topic: give ?topic=…") }
            return .later(
                try session.delete(topic).map { existed in
                    existed ? Response(.noContent) : Problem.noTopic(topic).response
                })
        }
        if let topic {
            return .later(
                try session.describe(topic).map {
                    Self.description($0?.0, subscribers: $0?.subscribers ?? 0, of: topic)
                })
        }
        let after = try Self.topic(request.query, "after")
        let limit = try Self.limit(request.query)
        return .later(try session.topics(after: after, limit: limit).map { Self.page($0.page, hasMore: $0.hasMore) })
    }

    private static func description(_ summary: TopicSummary?, subscribers: Int, of topic: Topic) -> Response {
        guard let summary else { return Problem.noTopic(topic).response }
        var json = JSONText()
        json.topic(summary, subscribers: subscribers)
        return .json(json)
    }

    private static func page(_ page: [(TopicSummary, subscribers: Int)], hasMore: Bool) -> Response {
        var json = JSONText()
        json.object { json in
            json.name("topics")
            json.array { json in
                for (summary, subscribers) in page { json.topic(summary, subscribers: subscribers) }
            }
            if hasMore, let (last, _) = page.last { json.member("next", last.topic.name) }
        }
        return .json(json)
    }

    private static func topic(_ query: QueryItems, _ name: ByteString) throws(Problem) -> Topic? {
        guard let text = try query.one(name) else { return nil }
        do throws(InvalidEvent) { return try Topic(text.string) } catch { throw Problem(error) }
    }

    private static func limit(_ query: QueryItems) throws(Problem) -> Int {
        guard let text = try query.one("limit") else { return self.defaultLimit }
        guard let limit = text.number, (1...self.maximumLimit).contains(limit) else {
            throw Problem(.badRequest, "'limit' must be 1 to \(self.maximumLimit)")
        }
        return limit
    }
}

extension Problem {
    fileprivate static func noTopic(_ topic: Topic) -> Problem {
        Problem(.notFound, "there is no topic '\(topic)'")
    }
}

extension JSONText {
    fileprivate mutating func topic(_ summary: TopicSummary, subscribers: Int) {
        self.object { json in
            json.member("topic", summary.topic.name)
            json.member("subscribers", subscribers)
            json.member("events", summary.eventCount)
            if let oldest = summary.oldest { json.member("oldest", oldest.description) }
            if let latest = summary.latest { json.member("latest", latest.description) }
        }
    }
}
