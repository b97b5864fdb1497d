import NIOCore
import RedisWire
import Testing

@testable import HubRedis

@Suite struct CallPatienceTests {
    @Test func itEndsBeforeTheDeadline() {
        var (now, tries) = (NIODeadline.uptimeNanoseconds(1), 0)
        let deadline = now + .seconds(2)
        var patience = CallPatience(["x"], until: deadline)
        while let delay = patience.next(at: now) {
            now = now + delay
            tries += 1
        }
        #expect(now < deadline && tries > 8 && tries < 40)
    }

    @Test func onlySoManyWaitAndThereIsAlwaysRoomForOne() {
        var waiting = WaitingCalls()
        let first = waiting.enter(1 << 30)
        let second = waiting.enter(1)
        #expect(first && !second)
        waiting.leave(1 << 30)
        let count = (0..<20_000).count { _ in waiting.enter(10) }
        #expect(count == 16_384)
    }
}
