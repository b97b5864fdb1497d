import Testing

@testable import HubRedis

@Suite struct WaitingCallsTests {
    @Test func onlySoManyWaitAndThereIsAlwaysRoomForOne() {
        let waiting = WaitingCalls()
        let first = waiting.enter(1 << 30)
        let second = waiting.enter(1)
        #expect(first && !second)
        waiting.leave(1 << 30)
        let count = (0..<20_000).count { _ in waiting.enter(10) }
        #expect(count == 16_384)
    }
}
