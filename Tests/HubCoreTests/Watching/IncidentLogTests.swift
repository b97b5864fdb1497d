import Synchronization
import Testing

@testable import HubCore

@Suite struct IncidentLogTests {
    private func incident(_ reason: String, client: String = "192.0.2.1") -> Incident {
        Incident(.refused, reason, client: client)
    }

    @Test func whatHappensOverAndOverIsOneOfThemWithACount() {
        let time = Mutex<UInt64>(1000)
        let log = IncidentLog { time.withLock { $0 } }
        log.note(self.incident("a"))
        time.withLock { $0 = 5000 }
        log.note(self.incident("a", client: "192.0.2.2"))
        log.note(self.incident("b"))
        log.note(self.incident("a"))
        let entries = log.latest(.max)
        #expect(entries.map(\.incident.reason) == ["a", "b", "a"])
        #expect(entries.map(\.count) == [2, 1, 1])
        #expect(entries.map(\.number) == [1, 2, 3])
        #expect(entries[0].time == 5000 && entries[0].incident.client == "192.0.2.1")
        #expect(log.latest(1).map(\.number) == [3])
    }

    @Test func itHoldsTheLatestAlone() {
        let time = Mutex<UInt64>(0)
        let log = IncidentLog {
            time.withLock {
                $0 += 1000; return $0
            }
        }
        for number in 0..<IncidentLog.limit + 10 { log.note(self.incident("\(number)")) }
        #expect(log.latest(.max).count == IncidentLog.limit)
        #expect(log.latest(.max).first?.incident.reason == "10")
    }

    @Test func aFloodIsCountedAndNotLookedAt() {
        let log = IncidentLog { 1000 }
        var made = 0
        for number in 0..<10_000 {
            func make() -> Incident {
                made += 1
                return self.incident("\(number)")
            }
            log.note(make())
        }
        #expect(made == 200)
        #expect(log.passedOver == 9800)
    }
}
