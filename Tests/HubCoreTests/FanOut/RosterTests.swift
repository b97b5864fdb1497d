import TestSupport
import Testing

@testable import HubCore

@Suite struct RosterTests {
    @Test func everyoneKeepsTheirSlotUntilTheyLeave() {
        var random = SeededGenerator(seed: 71)
        var roster = Roster()
        var slots: [Int: Subscriber] = [:]
        for _ in 0..<5000 {
            if slots.isEmpty || Int.random(in: 0..<10, using: &random) < 5 {
                let subscriber = Self.subscriber()
                let slot = roster.insert(subscriber)
                #expect(slots.updateValue(subscriber, forKey: slot) == nil, "the slot was another's")
            } else if let slot = slots.keys.randomElement(using: &random) {
                slots[slot] = nil
                roster.remove(at: slot)
            }
            guard roster.count == slots.count, roster.isEmpty == slots.isEmpty else {
                Issue.record("\(roster.count) counted, \(slots.count) there")
                return
            }
        }
        for (slot, subscriber) in slots { #expect(roster[slot] === subscriber) }
        var met: [ObjectIdentifier] = []
        roster.forEach { met.append(ObjectIdentifier($0)) }
        #expect(met.count == slots.count)
        #expect(Set(met) == Set(slots.values.map { ObjectIdentifier($0) }))
    }

    @Test func aPassInSlicesMeetsAllWhoStayOnceWhoeverComesAndGoes() {
        var random = SeededGenerator(seed: 72)
        for _ in 0..<50 {
            var roster = Roster()
            let staying = (0..<40).map { _ in Self.subscriber() }
            for subscriber in staying { _ = roster.insert(subscriber) }
            var guests = (0..<40).map { _ in roster.insert(Self.subscriber()) }
            var met: [ObjectIdentifier: Int] = [:]
            var next = 0
            while next < roster.slotCount {
                for slot in next..<min(next + 7, roster.slotCount) {
                    if let subscriber = roster[slot] { met[ObjectIdentifier(subscriber), default: 0] += 1 }
                }
                next += 7
                if let guest = guests.indices.randomElement(using: &random) {
                    roster.remove(at: guests.remove(at: guest))
                }
                if Bool.random(using: &random) { guests.append(roster.insert(Self.subscriber())) }
            }
            #expect(staying.allSatisfy { met[ObjectIdentifier($0)] == 1 })
        }
    }

    private static func subscriber() -> Subscriber {
        Subscriber(topics: [], start: .latest, outlet: SimulatedClient.Connection(isSlow: false) { _ in })
    }
}
