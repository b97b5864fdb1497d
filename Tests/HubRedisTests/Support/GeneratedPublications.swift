import HubCore
import Testing

/// Makes up publications, and remembers what a bus that keeps its promises does with them.
struct GeneratedPublications {
    let topics: [Topic]
    private(set) var entryCount = 0
    private var logs: [Topic: [(id: EventID, data: String)]] = [:]
    private var keys: [IdempotencyKey: EventID] = [:]
    private var last: EventID?
    private var nextData = 0

    init() throws {
        self.topics = try ["a", "b", "c", "ü"].map { try Topic($0) }
    }

    func log(of topic: Topic) -> [(id: EventID, data: String)] {
        self.logs[topic] ?? []
    }

    mutating func batch() throws -> [Publication] {
        try (0..<[1, 1, 2, 20].randomElement()!).map { _ in
            self.nextData += 1
            let topics = Array(self.topics.shuffled().prefix(.random(in: 1...3)))
            let key = Bool.random() ? try IdempotencyKey("k\(Int.random(in: 0..<60))") : nil
            return try Publication(topics: topics, data: EventData("\(self.nextData)"), key: key)
        }
    }

    /// Checks ids, which rise over all topics, and repeats.
    mutating func check(_ published: [PublishedEvent], of batch: [Publication]) {
        #expect(published.count == batch.count)
        for (event, publication) in zip(published, batch) {
            #expect(event.topics == publication.topics)
            if let known = publication.key.flatMap({ self.keys[$0] }) {
                #expect(event.isRepeat)
                #expect(event.id == known)
                continue
            }
            #expect(!event.isRepeat)
            if let last = self.last { #expect(event.id.epoch == last.epoch && event.id.offset > last.offset) }
            self.last = event.id
            if let key = publication.key { self.keys[key] = event.id }
            for topic in publication.topics {
                self.entryCount += 1
                self.logs[topic, default: []].append((event.id, publication.data.text))
            }
        }
    }

    /// Checks that events came in the order of their offsets, and that each names its topic's previous one.
    func checkOrder(of events: [(id: EventID, topic: Topic, previous: Offset, data: String)]) {
        var last: [Topic: Offset] = [:]
        var highest = Offset.zero
        for event in events {
            #expect(event.id.offset >= highest)
            highest = event.id.offset
            if let before = last[event.topic] { #expect(event.previous == before) }
            last[event.topic] = event.id.offset
        }
        for topic in self.topics {
            #expect(events.filter { $0.topic == topic }.map(\.data) == self.log(of: topic).map(\.data))
        }
    }
}
