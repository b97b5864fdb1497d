import ByteStrings
import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// `GET /topics`, `GET /topics?topic=T`, `DELETE /topics?topic=T`.
struct TopicsEndpoint: Endpoint {
    private static let defaultLimit = 100
    private static let maximumLimit = 1000

    let hub: Hub

    var methods: [HTTPMethod] { [.GET, .DELETE] }

    func needsKey(_ method: HTTPMethod) -> Bool { true }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        let topic = try Self.topic(request.query, "topic")
        if request.method == .DELETE {
            guard let topic else { throw Problem(.badRequest, "no topic: give ?topic=…") }
            return .later(self.delete(topic))
        }
        if let topic { return .later(self.describe(topic)) }
        return .later(self.list(after: try Self.topic(request.query, "after"), limit: try Self.limit(request.query)))
    }

    private func delete(_ topic: Topic) -> EventLoopFuture<HTTPAnswer> {
        self.hub.bus.delete(topic).map { existed in
            existed ? HTTPAnswer(.noContent) : Problem.noTopic(topic).answer
        }
    }

    private func describe(_ topic: Topic) -> EventLoopFuture<HTTPAnswer> {
        self.hub.bus.summary(of: topic).and(self.hub.subscriberCounts(of: [topic])).map { summary, counts in
            let subscribers = counts.first ?? 0
            guard summary != nil || subscribers > 0 else { return Problem.noTopic(topic).answer }
            let known = summary ?? TopicSummary(topic: topic, eventCount: 0, oldest: nil, latest: nil)
            var json = JSONText()
            json.topic(known, subscribers: subscribers)
            return .json(json)
        }
    }

    private func list(after: Topic?, limit: Int) -> EventLoopFuture<HTTPAnswer> {
        let bus = self.hub.bus
        // One more than asked for tells whether there is a next page.
        return bus.topics(after: after, limit: limit + 1).flatMap { summaries in
            let page = Array(summaries.prefix(limit))
            return self.hub.subscriberCounts(of: page.map(\.topic)).map { counts in
                Self.page(page, counts, hasMore: summaries.count > limit)
            }
        }
    }

    private static func page(_ page: [TopicSummary], _ counts: [Int], hasMore: Bool) -> HTTPAnswer {
        var json = JSONText()
        json.object { json in
            json.name("topics")
            json.array { json in
                for (summary, subscribers) in zip(page, counts) { json.topic(summary, subscribers: subscribers) }
            }
            if hasMore, let last = page.last { json.member("next", last.topic.name) }
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
