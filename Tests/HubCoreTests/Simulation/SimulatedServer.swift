@testable import HubCore

/// What the members of a simulated cluster share: the log, and the history of all that was ever published.
final class SimulatedServer {
    private(set) var log: MemoryLog
    private(set) var history: [Event] = []
    var members: [SimulatedBus] = []
    var now: UInt64 = 1_000_000
    /// The log of a primary that others have taken over from, and that lives on.
    private(set) var oldLog: MemoryLog?
    /// What the old primary gave, or the new one lacks: none of it is in the history.
    private(set) var foreign: Set<Offset> = []
    /// Where the histories parted for the first time.
    private(set) var firstParting = Offset.maximum
    private let retention: MemoryLog.Retention
    private var snapshot: MemoryLog
    private var tag: UInt64 = 0

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
        for member in self.members where !member.isWithOldPrimary {
            member.broadcast(events.map { .changed(.appended($0)) })
        }
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

    /// A replica is promoted, which may lack what was published last, and the primary lives on.
    func takeOver(lacking: Bool) {
        guard self.oldLog == nil else { return }
        self.oldLog = self.log
        if lacking { self.log = self.snapshot }
        let clock = self.log.clock
        self.foreign.formUnion(self.history.lazy.map(\.offset).filter { $0 > clock })
        self.history.removeAll { $0.offset > clock }
        self.firstParting = min(self.firstParting, clock)
        self.tag += 1
        self.log.beginReign(tag: self.tag, now: self.now)
        self.snapshot = self.log
        for member in self.members { member.isWithOldPrimary = true }
    }

    /// Publishes to the primary that others have taken over from.
    func publishToOld(_ publication: Publication) {
        guard let events = self.oldLog?.publish(publication, now: self.now).1 else { return }
        self.foreign.formUnion(events.map(\.offset))
        for member in self.members where member.isWithOldPrimary {
            member.broadcast(events.map { .changed(.appended($0)) })
        }
    }

    /// The old primary is gone.
    func endOld() {
        for member in self.members where member.isWithOldPrimary { member.disconnect() }
        self.oldLog = nil
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
        guard let seen, seen.epoch >= self.log.epoch else { return }
        let isOfReign = seen.offset.tag == self.log.clock.tag
        if seen.epoch > self.log.epoch || (isOfReign && seen.offset > self.log.clock) { self.rotate() }
    }

    func rotate(_ epoch: Epoch) {
        if epoch == self.log.epoch { self.rotate() }
    }

    private func rotate() {
        self.log.enter(Epoch(rawValue: self.log.epoch.rawValue + (1 << 12)))
        self.snapshot = self.log
    }
}
