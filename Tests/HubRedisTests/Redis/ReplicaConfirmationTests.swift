import HubCore
import TestSupport
import Testing

@testable import HubRedis

/// What `--redis-wait` promises: who is answered, was not answered by the primary alone.
@Suite struct ReplicaConfirmationTests {
    private func withReplica(_ body: (RedisServer, RedisServer) async throws -> Void) async throws {
        let primary = try RedisServer(port: await FreePort.find(), ["repl-diskless-sync-delay 0"])
        let replica = try RedisServer(["replicaof 127.0.0.1 \(primary.port)"])
        defer {
            replica.stop()
            primary.stop()
        }
        try await primary.start()
        try await replica.start()
        try await eventually("the replica has everything", seconds: 20) {
            try replica.cli("INFO", "replication").contains("master_link_status:up")
        }
        try await body(primary, replica)
    }

    @Test func aReplicaHasWhatWasAnswered() async throws {
        try await self.withReplica { primary, replica in
            try await withMember(primary.endpoint, confirmingReplicas: 1) { member in
                for number in 1...20 {
                    try await member.publish(Topic("news"), "\(number)")
                    #expect(try replica.cli("XLEN", "hub:{0}:log:news") == "\(number)")
                }
            }
        }
    }

    @Test func withoutAReplicaTheOutcomeIsUnknownAndARepeatWaitsAgain() async throws {
        try await self.withReplica { primary, replica in
            try await withMember(primary.endpoint, confirmingReplicas: 1) { member in
                let topic = try Topic("news")
                replica.suspend()
                let error = try await member.failure(topic, key: "k")
                #expect(error.isUnknown, "\(error)")
                // Another member has written nothing that its own connection could wait for.
                try await withMember(primary.endpoint, confirmingReplicas: 1) { other in
                    #expect(try await other.failure(topic, key: "k").isUnknown)
                    replica.resume()
                    let id = try await other.publish(topic, "x", key: "k")
                    #expect(try await member.tail(topic).entries.map(\.id) == [id])
                    #expect(try replica.cli("XLEN", "hub:{0}:log:news") == "1")
                }
            }
        }
    }

    @Test func aReplicaThatHangsCostsEverybodyOneTimeOut() async throws {
        try await self.withReplica { primary, replica in
            try await withMember(primary.endpoint, confirmingReplicas: 1) { member in
                replica.suspend()
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            try await Task.sleep(for: .milliseconds(20 * number))
                            return try await member.failure(Topic("t\(number)")).isUnknown
                        }
                    }
                    for try await isUnknown in group { #expect(isUnknown) }
                }
                #expect(member.bus.reconnects == (0, 0) && member.bus.status == .ready)
                replica.resume()
                try await member.publish(Topic("news"), "x")
            }
        }
    }

    @Test func whoReadsIsNotHeldUp() async throws {
        try await self.withReplica { primary, replica in
            try await withMember(primary.endpoint, confirmingReplicas: 1) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                replica.suspend()
                async let failure = member.failure(topic)
                try await eventually("it is delivered") { !member.recorder.events.isEmpty }
                #expect(try await member.tail(topic).entries.count == 1)
                #expect(try await failure.isUnknown)
                replica.resume()
            }
        }
    }

    @Test func withoutTheRightToWaitTheBusIsNotReady() async throws {
        try await withRedis { redis in
            try redis.cli("ACL", "SETUSER", "default", "-wait")
            try await withMember(redis.endpoint, confirmingReplicas: 1, waitUntilReady: false) { member in
                try await eventually("the right is named") {
                    guard case .notReady(let reason) = member.bus.status else { return false }
                    return reason.contains("wait")
                }
                try redis.cli("ACL", "SETUSER", "default", "+wait")
                try await member.ready()
            }
        }
    }
}
