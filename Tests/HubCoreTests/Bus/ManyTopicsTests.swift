import TestSupport
import Testing

@testable import HubCore

/// With very many topics, what concerns a few of them costs no look at all the others: where it does, these take hours.
@Suite(.timeLimit(.minutes(Patience.minutes(1))))
struct ManyTopicsTests {
    private static let hour: UInt64 = 3_600_000
    private let start: UInt64 = 1_700_000_000_000
    private var log: MemoryLog

    init() throws {
        self.log = MemoryLog(epoch: Sample.epoch, retention: .init(count: 10, age: Self.hour), now: self.start)
        for number in 0..<50_000 { _ = self.log.publish(try Sample.publication("t\(number)"), now: self.start) }
    }

    @Test func theyAreListedPageByPage() {
        var seen = 0
        var last: Topic?
        repeat {
            let page = self.log.topics(after: last, limit: 10)
            seen += page.count
            last = page.last?.topic
        } while last != nil
        #expect(seen == 50_000)
    }

    @Test mutating func noneOfThemIsLookedAtWhileNoneIsOld() throws {
        for tick in 0..<20_000 { #expect(self.log.retire(now: self.start + UInt64(tick)).isEmpty) }
        #expect(self.log.summary(of: try Topic("t7")) != nil)
    }

    @Test mutating func theyAreRetiredAStepAtATime() throws {
        // So many events have taken the clock ahead by some milliseconds.
        let later = self.start + Self.hour + 100
        for number in 0..<1000 { _ = self.log.publish(try Sample.publication("t\(number)"), now: later) }
        var steps = 0
        var retired = 0
        while self.log.mayRetire(now: later + 1) {
            let step = self.log.retire(now: later + 1, limit: 100)
            #expect(step.count <= 100)
            (steps, retired) = (steps + 1, retired + step.count)
        }
        #expect(retired == 49_000)
        #expect(steps == 500)
        #expect(self.log.topics(after: nil, limit: .max).count == 1000)
        #expect(self.log.retire(now: later + Self.hour + 1).count == 1000)
        #expect(self.log.topics(after: nil, limit: 1).isEmpty)
    }
}
