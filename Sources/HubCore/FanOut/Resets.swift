/// Tells streams what can't be proved of their topics. Used only on the shard's loop.
final class Resets {
    private let view: PartitionView
    private let incidents: IncidentLog
    /// How many were said, by reason.
    private(set) var counts: [ResetNotice.Reason: Int] = [:]

    init(_ view: PartitionView, _ incidents: IncidentLog) {
        self.view = view
        self.incidents = incidents
    }

    /// Says that nothing can be proved of one of the stream's topics.
    /// - Parameters:
    ///   - reason: Why.
    ///   - subscriber: The stream.
    ///   - index: The topic's, among the stream's.
    ///   - requested: The cursor from which nothing can be proved.
    ///   - oldest: The oldest event that there is; `nil` if that is the ring's.
    ///   - isSafe: Whether the stream's position is safe from here on: not if another reset of the same position follows.
    func say(
        _ reason: ResetNotice.Reason, to subscriber: Subscriber, _ index: Int, requested: String, oldest: EventID?,
        isSafe: Bool
    ) {
        let state = self.view.state
        guard let epoch = state.epoch else { return }
        let topic = subscriber.topics[index]
        self.counts[reason, default: 0] += 1
        self.incidents.note(.reset, Incident(.reset, reason.rawValue, of: subscriber, topic: topic.topic))
        subscriber.outlet.reset(
            ResetNotice(
                topic: topic.topic, reason: reason, requested: requested, oldest: oldest ?? topic.ring.events.first?.id,
                latest: topic.ring.latest.map { EventID(epoch: epoch, offset: $0) },
                cursor: isSafe ? state.cursor(at: subscriber.position) : nil))
    }
}
