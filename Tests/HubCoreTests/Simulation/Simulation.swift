import Logging
import NIOCore
import NIOEmbedded
import TestSupport

@testable import HubCore

/// A cluster of two members with two loops each, their clients, and a clock, all moved by one random generator: every
/// seed is another interleaving of publishing, loss, catch-up, paging, slices, slow reads, joins and drops.
final class Simulation {
    struct Faults {
        var disconnects = true
        /// Single messages vanish from a connection that goes on. No real one does that, and a stream of several topics could
        /// not tell until the topic's next event, so clients have one topic each then.
        var losesMessages = false
        var failsReads = true
        var deletes = false
        /// The server forgets what it acknowledged last, as a replica does that is promoted too early; new epochs follow.
        var rollsBack = false
        /// Replicas are promoted while the primary lives on; members come to the new one sooner or later.
        var takesOver = false
        /// Clients take up topics and let go of them while they are connected.
        var changesTopics = false
        /// Another epoch begins now and then.
        var rotates = false
        /// Clients come without a cursor: for the latest, the earliest, or since a time.
        var beginsAnywhere = false
        /// The members have not met the server when the first clients come.
        var beginsUnmet = false
        /// Topics pass their age, with so many remembered.
        var retires = false
        var remembered = RetiredTopics.limit
        /// Many events in one step, of several topics.
        var batches = false
        /// Connections are lost and made again often, clients have several topics, and nearly all of them are slow.
        var isRestless = false
        /// What happens to clients that do not take what they are sent.
        var slowConsumer = FanOutConfiguration.SlowConsumer.resume
        /// Clients have many topics, of whose logs little is held in memory and little is read at a time.
        var isTight = false
        var retained = 40
    }

    let server: SimulatedServer
    private(set) var clients: [SimulatedClient] = []
    private let faults: Faults
    private var random: SeededGenerator
    private var hubs: [Hub] = []
    private var shards: [(shard: Shard, loop: EmbeddedEventLoop)] = []
    private let topics: [Topic]

    init(seed: UInt64, faults: Faults = Faults()) throws {
        self.random = SeededGenerator(seed: seed)
        self.faults = faults
        self.server = SimulatedServer(
            retained: faults.retained, age: faults.retires ? 30 : 1_000_000_000, remembered: faults.remembered)
        let names = ["a", "b", "c", "d"] + (faults.isTight ? ["e", "f", "g", "h"] : [])
        self.topics = try names.map { name throws(InvalidEvent) in try Topic(name) }
        var configuration = FanOutConfiguration(
            openingTimeout: faults.beginsAnywhere ? .milliseconds(200) : .seconds(2), slowConsumer: faults.slowConsumer,
            sliceCount: 2, gatherCount: 2, catchUpByteCount: faults.isRestless ? 100_000 : 100,
            ringLimit: RingLimit(count: faults.isTight ? 3 : 6),
            tailCount: faults.isTight ? 2 : 4, pageCount: faults.isTight ? 2 : 3, linger: .milliseconds(1))
        configuration.backlogLimit = RingLimit(count: 5)
        // Clocks are further apart than they are expected to be.
        let skew = faults.beginsUnmet ? [0, 20_000, -20_000].randomElement(using: &self.random)! : 0
        nonisolated(unsafe) let server = self.server
        configuration.wallClock = { UInt64(Int(server.now) + skew) }
        for _ in 0..<2 {
            let bus = SimulatedBus(server: self.server, isMet: !faults.beginsUnmet)
            self.server.members.append(bus)
            let loops = [EmbeddedEventLoop(), EmbeddedEventLoop()]
            var logger = Logger(label: "simulation")
            logger.logLevel = .critical
            let hub = Hub(bus: bus, loops: loops, configuration: configuration, logger: logger)
            hub.start()
            self.hubs.append(hub)
            for loop in loops { self.shards.append((hub.shard(on: loop)!, loop)) }
        }
        if !faults.beginsUnmet {
            for member in self.server.members { member.loop.run() }
            for (_, loop) in self.shards { loop.run() }
        }
        for _ in 0..<6 { self.addClient() }
    }

    /// Moves the cluster by random steps.
    func run(steps: Int) {
        for _ in 0..<steps { self.step() }
    }

    /// Ends all faults, and moves the cluster until nothing moves any more.
    func settle() {
        for client in self.clients {
            client.dropsAfter = nil
            self.connect(client, to: self.shards.randomElement(using: &self.random)!.shard, isSlow: false)
        }
        // That the last message of a topic vanished can be told only by its next one.
        if self.faults.losesMessages { for topic in self.topics { self.publish([topic]) } }
        if self.faults.takesOver { self.server.endOld() }
        var quietRounds = 0
        var progress: [Offset?] = []
        for _ in 0..<5000 where quietRounds < 30 {
            self.server.now += 300
            for member in self.server.members {
                member.connect()
                member.probe()
                member.loop.advanceTime(by: .milliseconds(300))
                member.deliver(.max)
                member.carryOutRead()
                member.answerRead(failing: false)
            }
            for (_, loop) in self.shards { loop.advanceTime(by: .milliseconds(300)) }
            for client in self.clients {
                client.drain()
                // One that was closed comes back.
                self.connect(client, to: self.shards.randomElement(using: &self.random)!.shard, isSlow: false)
            }
            let reached = self.clients.map(\.position)
            quietRounds = reached == progress && self.server.members.allSatisfy(\.isQuiet) ? quietRounds + 1 : 0
            progress = reached
        }
    }

    /// What clients were told before and at their resets, for the message of a failing test.
    var told: [String] {
        self.clients.compactMap { client in
            client.items.lastIndex(where: \.isReset).map { "\(client.items.prefix($0 + 1).suffix(8)) \(client.state)" }
        }
    }

    /// How often a stream has skipped.
    var skipped: Int { self.shards.reduce(0) { $0 + $1.shard.statistics.skipped } }

    private func addClient() {
        let isMany = self.faults.isTight || self.faults.isRestless
        let counts = self.faults.losesMessages ? [1] : isMany ? [2, 2, 3, 4, self.topics.count] : [1, 1, 2, 3]
        let count = counts.randomElement(using: &self.random)!
        let topics = Array(self.topics.shuffled(using: &self.random).prefix(count))
        if self.faults.beginsAnywhere, self.random.chance(70) {
            return self.clients.append(SimulatedClient(topics: topics, beginning: self.beginning()))
        }
        let start = EventID(epoch: self.server.log.epoch, offset: self.server.log.clock)
        self.clients.append(SimulatedClient(topics: topics, cursor: start.description))
    }

    private func beginning() -> StartPosition {
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0..<4: .latest
        case 4..<8: .earliest
        // Some of them are to come, some are long gone.
        default: .time(milliseconds: self.server.now + .random(in: 0...40, using: &self.random) - 20)
        }
    }

    private func connect(_ client: SimulatedClient, to shard: Shard, isSlow: Bool) {
        let server = self.server
        let holdsHead = isSlow && self.faults.beginsAnywhere && self.random.chance(30)
        client.connect(to: shard, isSlow: isSlow, holdsHead: holdsHead) { opening, start, topic in
            // Without a proof, what is published from now on is due.
            guard opening.replay != nil else {
                guard case .time(let milliseconds) = start else {
                    return (server.log.clock, shard.view.state.epoch == nil)
                }
                return (min(server.log.clock, Offset(before: milliseconds)), shard.view.state.epoch == nil)
            }
            let cursor = opening.cursor?.id.offset ?? .zero
            guard start == .earliest else { return (cursor, false) }
            return (max(cursor, server.log.page(topic, .after(.zero), limit: 1).base), false)
        }
    }

    private func step() {
        if self.faults.rollsBack { self.rollBackAtTimes() }
        if self.faults.takesOver { self.takeOverAtTimes() }
        if self.faults.changesTopics, self.random.chance(8) { return self.changeTopics() }
        if self.faults.rotates, self.random.chance(1), self.random.chance(20) {
            return self.server.rotate(self.server.log.epoch)
        }
        if self.faults.isRestless, self.random.chance(2) { return self.reconnect() }
        // Who never reads is never live, and has nothing to skip.
        if self.faults.isRestless, self.random.chance(30) { return self.drainSome() }
        let member = self.server.members.randomElement(using: &self.random)!
        let (shard, loop) = self.shards.randomElement(using: &self.random)!
        switch Int.random(in: 0..<100, using: &self.random) {
        case 0..<18: if !self.faults.isRestless || self.random.chance(15) { self.publish() }
        case 18..<38: member.deliver(Int.random(in: 1...5, using: &self.random))
        case 38..<50: member.carryOutRead()
        case 50..<62: member.answerRead(failing: self.faults.failsReads && self.random.chance(10))
        case 62..<70: loop.run()
        case 70..<76: loop.advanceTime(by: .milliseconds(Int64.random(in: 1...200, using: &self.random)))
        case 76..<80: member.loop.advanceTime(by: .milliseconds(Int64.random(in: 1...200, using: &self.random)))
        case 80..<82: member.probe()
        case 82..<90: self.moveClient(shard)
        case 90..<94: self.clients.randomElement(using: &self.random)?.drain()
        case 94..<95: if self.faults.disconnects { member.disconnect() }
        case 95..<97:
            let isBehindTheTimes = self.faults.takesOver && self.random.chance(20)
            if member.isMet || self.random.chance(20) { member.connect(toOldPrimary: isBehindTheTimes) }
        case 97..<98: if self.faults.losesMessages { member.loseMessage(using: &self.random) }
        case 98..<99: if self.faults.deletes { self.server.delete(self.topics.randomElement(using: &self.random)!) }
        default: if self.clients.count < 14 { self.addClient() }
        }
    }

    private func drainSome() {
        for client in self.clients where self.random.chance(30) { client.drain() }
    }

    /// Loses a connection and makes it again. Topics are read one after the other while events are on their way, and slow
    /// clients go on in between.
    private func reconnect() {
        let member = self.server.members.randomElement(using: &self.random)!
        member.disconnect()
        member.loop.run()
        member.connect()
        member.deliver(.max)
        for _ in 0..<Int.random(in: 4...20, using: &self.random) {
            if self.random.chance(60) { self.publish([self.topics.randomElement(using: &self.random)!]) }
            member.carryOutRead()
            member.answerRead(failing: false)
            member.loop.run()
            for (_, loop) in self.shards { loop.advanceTime(by: .milliseconds(1)) }
            for client in self.clients where self.random.chance(3) { client.drain() }
        }
    }

    private func rollBackAtTimes() {
        switch Int.random(in: 0..<400, using: &self.random) {
        case 0..<4: self.server.save()
        case 4: self.server.rollBack()
        default: break
        }
    }

    private func takeOverAtTimes() {
        switch Int.random(in: 0..<400, using: &self.random) {
        case 0..<4: if self.server.oldLog == nil { self.server.save() }
        case 4..<6: self.server.takeOver(lacking: self.random.chance(50))
        case 6: self.server.endOld()
        default: break
        }
    }

    private func publish() {
        if self.random.chance(60) { self.server.now += 1 }
        if self.faults.retires, self.random.chance(10) {
            self.server.now += .random(in: 1...40, using: &self.random)
            return self.server.retire()
        }
        if self.faults.batches, self.random.chance(20) { return self.publishBatch() }
        for _ in 0..<Int.random(in: 1...3, using: &self.random) {
            let count = self.random.chance(15) ? 2 : 1
            let topics = Array(self.topics.shuffled(using: &self.random).prefix(count))
            self.publish(topics)
        }
    }

    private func publishBatch() {
        let publications = (0..<Int.random(in: 2...12, using: &self.random)).compactMap { _ in
            let count = [1, 1, 2, 3].randomElement(using: &self.random)!
            let topics = Array(self.topics.shuffled(using: &self.random).prefix(count))
            return try? Publication(topics: topics, data: EventData(""))
        }
        self.server.publish(publications)
    }

    private func changeTopics() {
        let client = self.clients.randomElement(using: &self.random)!
        let server = self.server
        func base(_ topic: Topic) -> Offset { server.log.page(topic, .after(.zero), limit: 1).base }
        guard self.random.chance(55) else { return client.unsubscribe(using: &self.random) }
        let topic = self.topics.randomElement(using: &self.random)!
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0..<3:
            client.subscribe(to: topic, from: .latest) { server.log.clock }
        case 3..<5:
            client.subscribe(to: topic, from: .earliest) { base(topic) }
        case 5..<7:
            guard let cursor = client.cursor, let position = Cursor(cursor)?.id.offset else { return }
            client.subscribe(to: topic, from: .cursor(cursor)) { position }
        default:
            // Somewhere in what happened lately, which may be news to the member.
            guard let event = server.history.suffix(60).randomElement(using: &self.random) else { return }
            client.subscribe(to: topic, from: .cursor(event.id.description)) { event.offset }
        }
    }

    private func publish(_ topics: [Topic]) {
        guard let publication = try? Publication(topics: topics, data: EventData("")) else { return }
        if self.server.oldLog != nil, self.random.chance(40) { return self.server.publishToOld(publication) }
        self.server.publish(publication)
    }

    private func moveClient(_ shard: Shard) {
        let client = self.clients.randomElement(using: &self.random)!
        if client.connection == nil {
            client.dropsAfter = self.random.chance(50) ? Int.random(in: 1...3, using: &self.random) : nil
            self.connect(client, to: shard, isSlow: self.random.chance(self.faults.isRestless ? 90 : 40))
        } else if self.random.chance(30) {
            client.drop()
        }
    }
}
