import TestSupport
import Testing

@testable import HubCore

@Suite(.timeLimit(.minutes(Patience.minutes(1))))
struct TopicIndexTests {
    @Test(arguments: [71, 72, 73])
    func itHoldsWhatASortedListHolds(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var index = TopicIndex()
        var names: Set<Int> = []
        // It grows, shrinks to nearly nothing, and grows again.
        for share in [90, 8, 70] {
            for _ in 0..<6000 {
                let number = Int.random(in: 0..<4000, using: &random)
                let topic = try Topic("\(number)")
                if random.chance(share) {
                    names.insert(number)
                    index.insert(topic)
                } else {
                    names.remove(number)
                    index.remove(topic)
                }
            }
            let sorted = names.map { "\($0)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(index.topics(after: nil, limit: .max).map(\.name) == sorted)
            for _ in 0..<50 {
                let after = "\(Int.random(in: 0..<4000, using: &random))"
                let limit = Int.random(in: 0...1200, using: &random)
                let expected = sorted.drop { !after.utf8.lexicographicallyPrecedes($0.utf8) }.prefix(limit)
                #expect(index.topics(after: try Topic(after), limit: limit).map(\.name) == Array(expected))
            }
        }
    }

    @Test func namesInOrderAndAgainstItAreTheSame() throws {
        let topics = try (10_000..<14_000).map { try Topic("\($0)") }
        var (up, down) = (TopicIndex(), TopicIndex())
        for topic in topics { up.insert(topic) }
        for topic in topics.reversed() { down.insert(topic) }
        #expect(up.topics(after: nil, limit: .max) == topics)
        #expect(down.topics(after: nil, limit: .max) == topics)
        for topic in topics { up.remove(topic) }
        #expect(up.topics(after: nil, limit: 1).isEmpty)
    }
}
