import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HubCore

@Suite struct LogReadQueueTests {
    private let loop = EmbeddedEventLoop()
    private let page = LogPage(epoch: Sample.epoch, clock: 0, floor: 0, last: nil, entries: [], hasMore: false)

    @Test func soManyReadsAreUnderWayAtOnceAndInTheirOrder() throws {
        let topic = try Topic("t")
        var pending: [(limit: Int, promise: EventLoopPromise<LogPage>)] = []
        let queue = LogReadQueue(concurrency: 2) { _, _, limit in
            pending.append((limit, self.loop.makePromise()))
            return pending[pending.count - 1].promise.futureResult
        }
        let answered = Mutex<[Int]>([])
        for limit in 1...4 {
            queue.read(topic, .tail, limit: limit) { _ in answered.withLock { $0.append(limit) } }
        }
        #expect(pending.map(\.limit) == [1, 2])
        pending[1].promise.succeed(self.page)
        #expect(pending.map(\.limit) == [1, 2, 3])
        pending[0].promise.fail(BusError.unavailable(reason: "away"))
        #expect(pending.map(\.limit) == [1, 2, 3, 4])
        pending[2].promise.succeed(self.page)
        pending[3].promise.succeed(self.page)
        #expect(answered.withLock { $0 } == [2, 1, 3, 4])
    }

    @Test func aBusThatGoesAwayIsNoDepthOfCalls() throws {
        let topic = try Topic("t")
        let first = self.loop.makePromise(of: LogPage.self)
        var isAway = false
        let queue = LogReadQueue(concurrency: 1) { _, _, _ in
            isAway ? self.loop.makeFailedFuture(BusError.unavailable(reason: "away")) : first.futureResult
        }
        let refused = Mutex(0)
        for _ in 0..<200_000 { queue.read(topic, .tail, limit: 1) { _ in refused.withLock { $0 += 1 } } }
        isAway = true
        first.fail(BusError.unavailable(reason: "away"))
        #expect(refused.withLock { $0 } == 200_000)
    }
}
