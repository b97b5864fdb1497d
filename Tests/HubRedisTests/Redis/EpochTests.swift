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
                for _ in 0..<2 { try await member.outlives { try await redis.restart() } }
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
