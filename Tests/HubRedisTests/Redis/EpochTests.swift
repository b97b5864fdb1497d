import Foundation
import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

@Suite struct EpochTests {
    @Test func twoFreshServersHaveDifferentEpochs() async throws {
        var epochs: Set<Epoch> = []
        for _ in 0..<2 {
            try await withRedis { redis in
                try await withMember(redis.endpoint) { member in
                    _ = epochs.insert(try await member.tail(Topic("t")).epoch)
                }
            }
        }
        #expect(epochs.count == 2)
    }

    @Test func aRestartWithItsDataKeepsTheEpoch() async throws {
        try await withRedis(["appendonly yes", "appendfsync always"]) { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                let before = try await member.publish(topic, "x")
                for _ in 0..<2 {
                    redis.kill()
                    try await eventually("the loss is noticed") { member.bus.status != .ready }
                    try await redis.start()
                    try await member.ready()
                }
                let after = try await member.publish(topic, "y")
                #expect(after.epoch == before.epoch && after.offset > before.offset)
                #expect(try await member.tail(topic).entries.map(\.id) == [before, after])
                #expect(member.recorder.epochs == [before.epoch])
                #expect(member.recorder.count { $0 == .lost } == 2)
                try await eventually("the event arrives") { member.recorder.events.map(\.id) == [before, after] }
                #expect(member.recorder.count { $0 == .subscribed(topic) } == 3)
            }
        }
    }

    @Test func aRestartWithoutDataBeginsAHigherEpoch() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { first in
                try await withMember(redis.endpoint) { second in
                    let topic = try Topic("news")
                    let before = try await first.publish(topic, "x")
                    redis.kill()
                    try await redis.start()
                    try await eventually("both have entered the same epoch") {
                        first.recorder.epochs.count == 2 && first.recorder.epochs == second.recorder.epochs
                    }
                    try await first.ready()
                    let after = try await first.publish(topic, "y")
                    #expect(after.epoch > before.epoch && after.offset > before.offset)
                    #expect(try await second.tail(topic).entries.map(\.id) == [after])
                }
            }
        }
    }

    @Test func aRestartFromAnOlderSnapshotBeginsAHigherEpoch() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let kept = try await member.publish(topic, "kept")
                try redis.cli("SAVE")
                try await member.publish(topic, "lost")
                redis.kill()
                try await redis.start()
                try await eventually("the new epoch is entered") { member.recorder.epochs.count == 2 }
                try await member.ready()
                let page = try await member.tail(topic)
                #expect(page.epoch > kept.epoch)
                #expect(page.entries.map(\.offset) == [kept.offset])
            }
        }
    }

    @Test func whoComesLaterStillNoticesWhatIsLost() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { witness in
                let topic = try Topic("news")
                try await witness.publish(topic, "kept")
                try redis.cli("SAVE")
                let lost = try await witness.publish(topic, "lost")
                redis.kill()
                try await redis.start()
                // Someone who has seen nothing publishes first, and the clock is past the lost event at once.
                let other = TestMember(try redis.endpoint)
                other.start()
                try await other.ready()
                let after = try await other.publish(topic, "after")
                #expect(after.offset > lost.offset)
                try await eventually("the witness enters a new epoch") { witness.recorder.epochs.count == 2 }
                try await eventually("so does the other") { other.recorder.epochs.last == witness.recorder.epochs[1] }
                try await other.bus.shutdown().get()
            }
        }
    }

    @Test func whenNoWitnessIsLeftTheGapGivesTheLossAway() async throws {
        try await withRedis { redis in
            let topic = try Topic("news")
            var kept: EventID?
            var lost: EventID?
            try await withMember(redis.endpoint) { witness in
                kept = try await witness.publish(topic, "kept")
                try redis.cli("SAVE")
                lost = try await witness.publish(topic, "lost")
            }
            redis.kill()
            try await redis.start()
            try await withMember(redis.endpoint) { other in
                let after = try await other.publish(topic, "after")
                let gap = try #require(try await other.tail(topic).gap)
                #expect(gap.contains(try #require(lost).offset))
                #expect(!gap.contains(try #require(kept).offset) && !gap.contains(after.offset))
            }
        }
    }

    @Test func aPromotedReplicaThatLacksWritesBeginsAHigherEpoch() async throws {
        let port = try await FreePort.find()
        try await withRedis(["port \(port)"]) { primary in
            try await withRedis(["replicaof 127.0.0.1 \(port)"]) { replica in
                let link = primary.socket + ".link"
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: primary.socket)
                try await withMember(RedisEndpoint("unix://\(link)")) { member in
                    let topic = try Topic("news")
                    let kept = try await member.publish(topic, "kept")
                    try await eventually("the replica has it") { try replica.cli("EXISTS", "hub:{0}:log:news") == "1" }
                    replica.signal(SIGSTOP)
                    try primary.cli("CLIENT", "KILL", "TYPE", "replica")
                    try await member.publish(topic, "lost")
                    primary.kill()
                    replica.signal(SIGCONT)
                    try replica.cli("REPLICAOF", "NO", "ONE")
                    try FileManager.default.removeItem(atPath: link)
                    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: replica.socket)
                    try await eventually("the new epoch is entered") { member.recorder.epochs.count == 2 }
                    try await member.ready()
                    #expect(try await member.tail(topic).entries.map(\.offset) == [kept.offset])
                }
            }
        }
    }

    @Test func aReportedRollbackBeginsAHigherEpochOnce() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { first in
                try await withMember(redis.endpoint) { second in
                    let old = try #require(first.recorder.epochs.first)
                    first.bus.reportRollback(of: old)
                    second.bus.reportRollback(of: old)
                    try await eventually("both enter it") {
                        first.recorder.epochs.count == 2 && second.recorder.epochs == first.recorder.epochs
                    }
                    first.bus.reportRollback(of: old)
                    #expect(try await first.tail(Topic("t")).epoch == first.recorder.epochs[1])
                }
            }
        }
    }
}
