import TestSupport
import Testing

@testable import HubCore

@Suite struct TimerWheelTests {
    @Test("Every element expires on its tick, once, over several rounds", arguments: [1, 2, 7, 64, 512])
    func expiresOnTime(slotCount: Int) {
        var random = SeededGenerator(seed: UInt64(slotCount))
        var wheel = TimerWheel<Int>(slotCount: slotCount)
        var due: [Int: [Int]] = [:]
        var scheduled = 0
        let last = 2000 + 5 * slotCount
        for tick in 0...last {
            if tick > 0 {
                let expired = wheel.advance().sorted()
                guard expired == due.removeValue(forKey: tick) ?? [] else {
                    Issue.record("at tick \(tick): \(expired)")
                    return
                }
            }
            guard tick < 2000 else { continue }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let delay = Int.random(in: -1...4 * slotCount, using: &random)
                wheel.schedule(scheduled, after: delay)
                due[tick + max(1, delay), default: []].append(scheduled)
                scheduled += 1
            }
        }
        #expect(due.isEmpty)
        #expect(scheduled > 2000)
    }

    @Test func aRushLeavesNoRoomBehind() {
        var wheel = TimerWheel<Int>(slotCount: 16)
        for _ in 0..<5 {
            for tick in 1...64 {
                for number in 0..<100 { wheel.schedule(number, after: tick) }
            }
            for _ in 1...64 { #expect(wheel.advance().count == 100) }
            #expect(wheel.capacity == 0)
        }
    }

    @Test func whatIsDueAtOnceExpiresWithTheNextTick() {
        var wheel = TimerWheel<String>()
        wheel.schedule("now", after: 0)
        #expect(wheel.advance() == ["now"])
        #expect(wheel.advance().isEmpty)
    }
}
