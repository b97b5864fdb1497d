import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct RedisBackoffTests {
    @Test(arguments: 0..<20 as Range<UInt64>) func delaysDoubleUpToTheMaximumWithJitter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var backoff = RedisBackoff(minimum: .milliseconds(50), maximum: .seconds(2))
        for ceiling in [50, 100, 200, 400, 800, 1600, 2000, 2000] as [Int64] {
            let delay = backoff.next(using: &generator)
            #expect(delay >= .milliseconds(ceiling / 2) && delay <= .milliseconds(ceiling))
        }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(50))
    }

    @Test func delaysAreNotInStep() {
        let delays = (0..<50).map { _ in
            var backoff = RedisBackoff()
            return backoff.next()
        }
        #expect(Set(delays.map(\.nanoseconds)).count > 40)
    }
}
