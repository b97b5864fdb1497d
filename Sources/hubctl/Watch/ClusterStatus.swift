import ByteStrings
import HubClient

/// How the hubs are together.
struct ClusterStatus {
    let members: [MemberStatus]
    /// The topics, with their subscribers on all members that were asked, the most wanted ones first.
    let topics: [TopicStatus]
    /// Why there are none.
    let topicProblem: String?
    /// Whether there are more of them than were asked for.
    let hasMoreTopics: Bool

    /// Compares two samples of each hub, in the same order.
    init(_ now: [MemberSample], since before: [MemberSample]) {
        self.members = now.enumerated().map { index, sample in
            MemberStatus(sample, since: before.indices.contains(index) ? before[index] : nil)
        }
        let lists = now.compactMap { try? $0.topics.get() }
        self.topics = Self.merged(lists)
        self.hasMoreTopics = lists.contains { $0.count >= MemberSample.maximumTopicCount }
        self.topicProblem = lists.isEmpty ? now.lazy.compactMap(\.topicProblem).first : nil
    }

    /// How many of the members answer and are ready.
    var readyCount: Int { self.members.filter { ByteString($0.state) == "ready" }.count }

    /// Whether any member answers.
    var isReachable: Bool { self.members.contains { $0.problem == nil } }

    private static func merged(_ lists: [[TopicStatus]]) -> [TopicStatus] {
        var topics: [ByteString: TopicStatus] = [:]
        for topic in lists.joined() {
            let other = topics[ByteString(topic.topic)]
            topics[ByteString(topic.topic)] = TopicStatus(
                topic: topic.topic, subscribers: topic.subscribers + (other?.subscribers ?? 0),
                events: max(topic.events, other?.events ?? 0), oldest: other?.oldest ?? topic.oldest,
                latest: other?.latest ?? topic.latest)
        }
        return topics.values.sorted { one, two in
            guard one.subscribers == two.subscribers else { return one.subscribers > two.subscribers }
            guard one.events == two.events else { return one.events > two.events }
            return ByteString(one.topic) < ByteString(two.topic)
        }
    }
}
