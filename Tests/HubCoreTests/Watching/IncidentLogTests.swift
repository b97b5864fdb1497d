import Synchronization
import Testing

@testable import HubCore

@Suite final class IncidentLogTests: Sendable {
    private let time = Mutex<UInt64>(1000)

    private func refusal(_ cause: String, client: String = "192.0.2.1", _ detail: String = "") -> Incident {
        Incident(.refused, "\(cause): \(detail)", cause: cause, client: client)
    }

    private func reset(_ topic: String, client: String = "192.0.2.1") -> Incident {
        Incident(.reset, "lost", topic: try? Topic(topic), client: client)
    }

    @Test func whatHappensOverAndOverIsOneOfThemWithACount() {
        let log = IncidentLog { self.time.withLock { $0 } }
        log.note(.refused, self.refusal("401 /publish", "the topic 'a'"))
        log.note(.reset, self.reset("a"))
        self.time.withLock { $0 = 5000 }
        log.note(.refused, self.refusal("401 /publish", "the topic 'b'"))
        log.note(.refused, self.refusal("401 /publish", client: "192.0.2.2"))
        log.note(.reset, self.reset("a", client: "192.0.2.2"))
        log.note(.reset, self.reset("b"))
        let entries = log.latest(.max)
        #expect(entries.map(\.number) == [1, 2, 3, 4])
        #expect(entries.map(\.count) == [2, 2, 1, 1])
        #expect(entries[0].time == 5000 && entries[0].incident.reason == "401 /publish: the topic 'a'")
        #expect(log.latest(1).map(\.number) == [4])
        self.time.withLock { $0 = 60_000 }
        log.note(.refused, self.refusal("401 /publish"))
        #expect(log.latest(.max).last?.number == 5, "that was long ago")
    }

    @Test func eachKindHasRoomOfItsOwn() {
        let log = IncidentLog {
            self.time.withLock {
                $0 += 1000; return $0
            }
        }
        log.note(.reset, self.reset("a"))
        for number in 0..<1000 { log.note(.refused, self.refusal("401 /publish", client: "\(number)")) }
        #expect(log.latest(.max).count == 1 + IncidentLog.limit)
        #expect(log.latest(.max).first?.incident.kind == .reset)
        #expect(log.latest(.max).last?.incident.client == "999")
    }

    @Test func aFloodIsCountedAndNotLookedAtAndHidesNothingElse() {
        let log = IncidentLog { 1000 }
        var made = 0
        for number in 0..<10_000 {
            func make() -> Incident {
                made += 1
                return self.refusal("\(number)")
            }
            log.note(.refused, make())
        }
        log.note(.reset, self.reset("a"))
        #expect(made == IncidentLog.rate)
        #expect(log.passedOver == 10_000 - IncidentLog.rate)
        #expect(log.latest(1).first?.incident.kind == .reset)
    }
}
