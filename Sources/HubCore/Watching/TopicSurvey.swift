import HeapModule
import NIOCore

/// What a topic amounts to on this member.
public struct TopicActivity: Sendable {
    /// The topic.
    public let topic: Topic
    /// How many streams have it.
    public let subscribers: Int
    /// How many events have come since somebody began to listen to it here; `nil` if nobody does.
    public let events: Int?
    /// How many came in a second lately; `nil` before that is known.
    public let rate: Double?
}

/// Says how often events have come lately: of topics that somebody listens to here, and since the last time that somebody asked. It
/// costs nothing while nobody asks. Used only on the bus's loop.
final class TopicSurvey {
    /// How many topics are looked at, so that a great many do not hold the loop.
    static let reach = 10_000
    /// How long counts say what comes lately.
    private static let memory = TimeAmount.seconds(30)

    private var counts: [Topic: Int] = [:]
    private var rates: [Topic: Double] = [:]
    private var time = NIODeadline.distantPast

    /// Takes in what the feeds have counted, once a second at most.
    func look(at feeds: FeedTable, now: NIODeadline) {
        let passed = now - self.time
        guard passed >= .seconds(1) else { return }
        let counts = feeds.eventCounts(limit: Self.reach)
        self.rates = [:]
        if passed <= Self.memory {
            let seconds = Double(passed.nanoseconds) / 1_000_000_000
            for (topic, count) in counts {
                // A feed that is new, or another one than before, has all that it has counted from this time.
                let former = self.counts[topic] ?? 0
                self.rates[topic] = Double(count - (former <= count ? former : 0)) / seconds
            }
        }
        self.counts = counts
        self.time = now
    }

    /// How many events of a topic come in a second; `nil` if that is not known.
    func rate(of topic: Topic) -> Double? { self.rates[topic] }

    /// The topics of which most events come.
    func busiest(limit: Int) -> [Topic] {
        self.rates.lazy.filter { $0.value > 0 }.map { ($0.key, $0.value) }.greatest(limit) { $0.1 }.map(\.0)
    }
}

extension Sequence {
    /// The elements with the greatest values, in no order: one look at each, however many there are.
    func greatest<Value: Comparable>(_ limit: Int, by value: (Element) -> Value) -> [Element] {
        var heap = Heap<Ranked<Element, Value>>()
        for element in self {
            let ranked = Ranked(element: element, value: value(element))
            if heap.count < limit {
                heap.insert(ranked)
            } else if let least = heap.min, least < ranked {
                heap.replaceMin(with: ranked)
            }
        }
        return heap.unordered.map(\.element)
    }
}

/// An element that is compared by its value.
private struct Ranked<Element, Value: Comparable>: Comparable {
    let element: Element
    let value: Value

    static func == (left: Self, right: Self) -> Bool { left.value == right.value }

    static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}
