import Testing

@testable import HubLoad

struct StreamGroupTests {
    @Test(arguments: [(2000, 100, 10), (50, 7, 3), (30, 14, 14), (10, 1, 1), (12, 5, 9)])
    func everyStreamHasItsTopicsOnceAndEveryTopicItsShare(streams: Int, topics: Int, perStream: Int) {
        let group = StreamGroup(streams, topics: 5..<5 + topics, topicsPerStream: perStream)
        var counts: [Int: Int] = [:]
        for stream in 0..<streams {
            let own = group.topics(of: stream)
            #expect(own.count == min(perStream, topics) && Set(own).count == own.count)
            for topic in own { counts[topic, default: 0] += 1 }
        }
        #expect(counts.keys.sorted() == Array(5..<5 + topics))
        let share = streams * min(perStream, topics) / topics
        #expect(counts.values.allSatisfy { abs($0 - share) <= min(perStream, topics) })
    }
}
