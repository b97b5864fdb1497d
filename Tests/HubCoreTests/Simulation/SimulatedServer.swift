@testable import HubCore

/// What the members of a simulated cluster share: the log, and the history of all that was ever published.
final class SimulatedServer {
    private(set) var log: MemoryLog
    private(set) var history: [Event] = []
    var members: [SimulatedBus] = []
    var now: UInt64 = 1_000_000
    private let retention: MemoryLog.Retention
    private var snapshot: MemoryLog

    /// Makes a server.
    /// - Parameters:
    ///   - retained: How many events of each topic it keeps.
    ///   - age: For how long it keeps them, in milliseconds.
    ///   - remembered: Of how many retired topics it keeps the last offset.
    init(retained: Int, age: UInt64 = 1_000_000_000, remembered: Int = RetiredTopics.limit) {
        self.retention = .init(count: retained, age: age)
        self.log = MemoryLog(
            epoch: Epoch(rawValue: 1 << 12), retention: self.retention, now: self.now, remembered: remembered)
        self.snapshot = self.log
    }

    func publish(_ publication: Publication) { self.publish([publication]) }

    /// Publishes in one step.
    func publish(_ publications: [Publication]) {
        let events = publications.flatMap { self.log.publish($0, now: self.now).1 }
        self.history += events
        for member in self.members { member.broadcast(events.map { .changed(.appended($0)) }) }
    }

    func delete(_ topic: Topic) {
        guard let last = self.log.delete(topic) else { return }
        let change = LogChange.deleted(topic, last: last, epoch: self.log.epoch)
        for member in self.members { member.broadcast([.changed(change)]) }
    }

    /// Forgets the topics whose events have all passed their age.
    func retire() {
        for (topic, last) in self.log.retire(now: self.now) {
            let change = LogChange.retired(topic, last: last, epoch: self.log.epoch)
            for member in self.members { member.broadcast([.changed(change)]) }
        }
    }

    func save() {
        self.snapshot = self.log
    }

    /// Loses what was published since `save`, as a replica does that is promoted too early.
    func rollBack() {
        self.log = self.snapshot
        // Time has passed until another server took over.
        self.now += 1
        let clock = self.log.clock
        self.history.removeAll { $0.offset > clock }
    }

    /// What every script call does: notices that the caller has seen more than there is.
    func check(seen: EventID?) {
        guard let seen, seen.epoch > self.log.epoch || (seen.epoch == self.log.epoch && seen.offset > self.log.clock)
        else { return }
        self.rotate()
    }

    func rotate(_ epoch: Epoch) {
        if epoch == self.log.epoch { self.rotate() }
    }

    private func rotate() {
        self.log.enter(Epoch(rawValue: self.log.epoch.rawValue + (1 << 12)))
        self.snapshot = self.log
    }
}
