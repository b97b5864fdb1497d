import Foundation
import Testing

@testable import HubCore

/// The heart of the promise, over generated interleavings: every event after the cursor, in order, once, or a reset.
@Suite struct SimulationTests {
    @Test("Nothing is lost, doubled or out of order, whatever fails and whenever a client drops", arguments: 0..<8)
    func keepsThePromise(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let simulation = try Simulation(seed: seed)
            try Self.check(simulation, seed: seed)
        }
    }

    @Test("With all events held, no reset is ever said", arguments: 0..<4)
    func neverResetsWithoutNeed(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let simulation = try Simulation(seed: 1_000_000 + seed, faults: .init(retained: 100_000))
            let resets = try Self.check(simulation, seed: seed)
            #expect(resets == 0, "seed \(seed)")
        }
    }

    @Test("Dropped replay buffers are told as resets, and nothing else is missing", arguments: 0..<4)
    func tellsOfDeletion(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let simulation = try Simulation(seed: 2_000_000 + seed, faults: .init(deletes: true))
            try Self.check(simulation, seed: seed)
        }
    }

    @Test("A message that vanished is noticed and fetched", arguments: 0..<4)
    func noticesVanishedMessages(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let simulation = try Simulation(seed: 3_000_000 + seed, faults: .init(losesMessages: true))
            try Self.check(simulation, seed: seed)
        }
    }

    @Test("After a rollback every stream is told, and has the whole of what there is from then on", arguments: 0..<8)
    func tellsOfRollbacks(block: UInt64) throws {
        var epochs = 0
        for seed in Self.seeds(block) {
            let simulation = try Simulation(
                seed: 4_000_000 + seed, faults: .init(rollsBack: true, retained: 100_000))
            simulation.run(steps: 1500)
            simulation.settle()
            epochs += Int((simulation.server.log.epoch.rawValue >> 12) - 1)
            for (number, client) in simulation.clients.enumerated() {
                let verdict = EpochVerdict(client, simulation.server.log)
                #expect(
                    Bool(verdict.isGood),
                    "seed \(seed), client \(number) of \(client.topics): \(verdict) \(verdict.isGood ? "" : client.state)"
                )
            }
        }
        #expect(epochs > 0, "no rollback was ever noticed")
    }

    @Test(
        "Of two primaries side by side, nothing that is lost goes untold, and nothing that is not is told",
        arguments: 0..<8)
    func tellsOfReigns(block: UInt64) throws {
        var (lost, resets) = (0, 0)
        for seed in Self.seeds(block) {
            let faults = Simulation.Faults(takesOver: true, retained: 100_000)
            let simulation = try Simulation(seed: 15_000_000 + seed, faults: faults)
            simulation.run(steps: 1500)
            simulation.settle()
            lost += simulation.server.foreign.count
            for (number, client) in simulation.clients.enumerated() {
                let verdict = ReignVerdict(client, simulation.server)
                resets += verdict.resets
                #expect(
                    Bool(verdict.isGood),
                    "seed \(seed), client \(number) of \(client.topics): \(verdict) \(verdict.isGood ? "" : client.state)"
                )
            }
        }
        #expect(lost > 0 && resets > 0, "nothing was ever lost or told")
    }

    @Test("Topics that come and go while a stream is open lose, double and reorder nothing", arguments: 0..<8)
    func keepsThePromiseWhileTopicsChange(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let simulation = try Simulation(seed: 7_000_000 + seed, faults: .init(changesTopics: true))
            try Self.check(simulation, seed: seed)
        }
    }

    @Test("Topics that come and go meet no reset while all events are held", arguments: 0..<4)
    func neverResetsWithoutNeedWhileTopicsChange(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let faults = Simulation.Faults(changesTopics: true, retained: 100_000)
            let simulation = try Simulation(seed: 5_000_000 + seed, faults: faults)
            let resets = try Self.check(simulation, seed: seed)
            #expect(resets == 0, "seed \(seed)")
        }
    }

    @Test("Topics that come and go meet dropped buffers and new epochs, and are told", arguments: 0..<4)
    func tellsOfEpochsWhileTopicsChange(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let faults = Simulation.Faults(deletes: true, changesTopics: true, rotates: true)
            let simulation = try Simulation(seed: 6_000_000 + seed, faults: faults)
            try Self.check(simulation, seed: seed)
        }
    }

    @Test("Streams that begin with the latest, the earliest or a time have no silent hole", arguments: 0..<8)
    func keepsThePromiseFromAnyBeginning(block: UInt64) throws {
        for seed in Self.seeds(block, count: 4) {
            let faults = Simulation.Faults(beginsAnywhere: true, batches: true, retained: seed % 2 == 0 ? 12 : 40)
            try Self.check(try Simulation(seed: 8_000_000 + seed, faults: faults), seed: seed)
        }
    }

    @Test("With all events held, no stream meets a reset wherever it begins", arguments: 0..<4)
    func neverResetsWithoutNeedFromAnyBeginning(block: UInt64) throws {
        for seed in Self.seeds(block) {
            let faults = Simulation.Faults(
                changesTopics: seed % 2 == 0, beginsAnywhere: true, batches: true, retained: 100_000)
            let simulation = try Simulation(seed: 9_000_000 + seed, faults: faults)
            let resets = try Self.check(simulation, seed: seed)
            #expect(resets == 0, "seed \(seed): \(simulation.told)")
        }
    }

    @Test("What is published before the bus is met, and after a head, comes or is told", arguments: 0..<8)
    func keepsThePromiseBeforeTheBusIsMet(block: UInt64) throws {
        for seed in Self.seeds(block, count: 4) {
            let faults = Simulation.Faults(
                deletes: seed % 4 == 0, changesTopics: seed % 3 == 0, beginsAnywhere: true, beginsUnmet: true,
                batches: true, retained: 40)
            try Self.check(try Simulation(seed: 10_000_000 + seed, faults: faults), seed: seed)
        }
    }

    @Test("Slow streams that skip or are closed are told of all that they miss", arguments: 0..<8)
    func tellsWhatIsSkipped(block: UInt64) throws {
        var skipped = 0
        for seed in Self.seeds(block, count: 4) {
            let faults = Simulation.Faults(
                changesTopics: seed % 4 == 0, beginsAnywhere: seed % 3 == 0,
                batches: seed % 4 == 1, isRestless: true, slowConsumer: seed % 5 == 0 ? .close : .skip,
                isTight: seed % 2 == 1, retained: seed % 2 == 0 ? 100_000 : 20)
            let simulation = try Simulation(seed: 11_000_000 + seed, faults: faults)
            try Self.check(simulation, seed: seed)
            skipped += simulation.skipped
        }
        #expect(skipped > 0, "nothing was ever skipped")
    }

    @Test("Topics that pass their age are told of where something was missed, and once", arguments: 0..<8)
    func tellsOfRetirement(block: UInt64) throws {
        for seed in Self.seeds(block, count: 4) {
            let faults = Simulation.Faults(
                deletes: seed % 4 == 0, changesTopics: seed % 3 == 0, beginsAnywhere: true, retires: true,
                batches: true)
            try Self.check(try Simulation(seed: 12_000_000 + seed, faults: faults), seed: seed)
        }
    }

    @Test("Many topics with small pages, few of them held, are caught up with", arguments: 0..<8)
    func catchesUpWithManyTopics(block: UInt64) throws {
        for seed in Self.seeds(block, count: 4) {
            let faults = Simulation.Faults(
                changesTopics: seed % 3 == 0, beginsAnywhere: true, batches: true, isTight: true,
                retained: seed % 2 == 0 ? 100_000 : 40)
            try Self.check(try Simulation(seed: 13_000_000 + seed, faults: faults), seed: seed)
        }
    }

    @Test("New epochs meet streams that have not begun, wait, or skip", arguments: 0..<4)
    func tellsOfEpochsFromAnyBeginning(block: UInt64) throws {
        for seed in Self.seeds(block, count: 4) {
            let faults = Simulation.Faults(
                deletes: true, changesTopics: seed % 2 == 0, rotates: true, beginsAnywhere: true,
                beginsUnmet: seed % 3 == 0, batches: true, slowConsumer: seed % 4 == 0 ? .skip : .resume)
            try Self.check(try Simulation(seed: 14_000_000 + seed, faults: faults), seed: seed)
        }
    }

    /// How many interleavings each case tries; others with `HUB_SIMULATION_SEEDS`.
    private static func seeds(_ block: UInt64, count: UInt64 = 10) -> Range<UInt64> {
        let count = ProcessInfo.processInfo.environment["HUB_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? count
        return block * count..<(block + 1) * count
    }

    @discardableResult
    private static func check(_ simulation: Simulation, seed: UInt64) throws -> Int {
        simulation.run(steps: 1500)
        simulation.settle()
        var resets = 0
        for (number, client) in simulation.clients.enumerated() {
            let verdict = Verdict(client, from: client.start, history: simulation.server.history)
            #expect(
                Bool(verdict.isGood),
                "seed \(seed), client \(number) of \(client.topics): \(verdict) \(verdict.isGood ? "" : client.state)")
            #expect(client.isAnswered, "seed \(seed), client \(number): \(client.state)")
            resets += verdict.resets
        }
        return resets
    }
}
