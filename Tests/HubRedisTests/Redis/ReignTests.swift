import Foundation
import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// A server that takes over begins a reign: of what the one before it gave, only what it knows of counts.
@Suite struct ReignTests {
    private static let state = "hub:{0}:state"

    @Test func aRestartFromAnOlderSnapshotTellsWhatIsLost() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let kept = try await member.publish(topic, "kept")
                try redis.cli("SAVE")
                let lost = try await member.publish(topic, "lost")
                try await member.outlives { try await redis.restart() }
                try await member.expect(topic, gave: [kept], lost: [lost])
                #expect(member.recorder.epochs == [kept.epoch], "the others are told nothing")
            }
        }
    }

    @Test func theLossIsToldWhoeverComesFirst() async throws {
        try await withRedis { redis in
            let topic = try Topic("news")
            var ids: [EventID] = []
            try await withMember(redis.endpoint) { witness in
                ids.append(try await witness.publish(topic, "kept"))
                try redis.cli("SAVE")
                ids.append(try await witness.publish(topic, "lost"))
            }
            redis.kill()
            try await redis.start()
            try await withMember(redis.endpoint) { other in
                let after = try await other.publish(topic, "after")
                #expect(after.offset > ids[1].offset && after.epoch == ids[1].epoch)
                try await other.expect(topic, gave: [ids[0], after], lost: [ids[1]])
            }
        }
    }

    @Test func aFunctionCallBeginsAReignToo() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                let topic = try Topic("news")
                let kept = try await member.publish(topic, "kept")
                try redis.cli("SAVE")
                let lost = try await member.publish(topic, "lost")
                var after: EventID?
                try await member.outlives {
                    redis.suspend()
                    try await redis.restart()
                    // Perhaps before the hub is back.
                    after = try EventID(redis.publish("news", "after"))
                }
                let id = try #require(after)
                #expect(id.offset > lost.offset)
                try await member.expect(topic, gave: [kept, id], lost: [lost])
            }
        }
    }

    @Test func offsetsOfTwoPrimariesSideBySideDiffer() async throws {
        try await withPrimaryAndReplica { primary, replica in
            let topic = try Topic("news")
            try await withMember(primary.endpoint) { first in
                let shared = try await first.publish(topic, "e")
                try await eventually("the replica has it") { try replica.cli("EXISTS", "hub:{0}:log:news") == "1" }
                try replica.cli("REPLICAOF", "NO", "ONE")
                try await withMember(replica.endpoint) { second in
                    let y = try await second.publish(topic, "y")
                    let z = try await first.publish(topic, "z")
                    let w = try await second.publish(topic, "w")
                    #expect(Set([shared, y, z, w].map(\.epoch)).count == 1)
                    try await second.expect(topic, gave: [shared, y, w], lost: [z])
                    try await first.expect(topic, gave: [shared, z], lost: [y, w])
                }
            }
        }
    }

    @Test func aMemberThatMovesGoesOnWithoutANewEpoch() async throws {
        try await withPrimaryAndReplica { primary, replica in
            let link = primary.socket + ".link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: primary.socket)
            try await withMember(RedisEndpoint("unix://\(link)")) { member in
                let topic = try Topic("news")
                let kept = try await member.publish(topic, "kept")
                try await eventually("the replica has it") { try replica.cli("EXISTS", "hub:{0}:log:news") == "1" }
                replica.suspend()
                try primary.cli("CLIENT", "KILL", "TYPE", "replica")
                let lost = try await member.publish(topic, "lost")
                try await member.outlives {
                    primary.kill()
                    replica.resume()
                    try replica.cli("REPLICAOF", "NO", "ONE")
                    try FileManager.default.removeItem(atPath: link)
                    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: replica.socket)
                }
                let after = try await member.publish(topic, "after")
                #expect(after.offset > lost.offset && member.recorder.epochs == [kept.epoch])
                try await member.expect(topic, gave: [kept, after], lost: [lost])
            }
        }
    }

    @Test func aServerThatGoesOnKeepsItsReign() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let first = try await member.publish(topic, "1")
                let reigns = try redis.cli("HGET", Self.state, "reigns")
                try redis.cli("CLIENT", "KILL", "TYPE", "normal")
                try redis.cli("CLIENT", "KILL", "TYPE", "pubsub")
                try await withMember(redis.endpoint) { other in
                    let second = try await other.publish(topic, "2")
                    #expect(second.offset.tag == first.offset.tag)
                    #expect(try redis.cli("HGET", Self.state, "reigns") == reigns)
                }
            }
        }
    }

    @Test func onlySoManyAreRemembered() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let first = try await member.publish(topic, "1")
                for _ in 0..<40 {
                    try redis.cli("HSET", Self.state, "replid", "another")
                    try await member.greet()
                }
                let last = try await member.publish(topic, "2")
                let page = try await member.tail(topic)
                #expect(page.entries.map(\.id) == [first, last])
                #expect(
                    page.reigns.gave(last.offset) && page.reigns.gave(first.offset), "what is forgotten is believed")
                let reigns = try redis.cli("HGET", Self.state, "reigns").split(separator: " ")
                #expect(
                    reigns.count == 32 && Set(reigns.map { $0.split(separator: ":")[1] }).count == 32
                        && reigns[0] == "0-0:*")
            }
        }
    }

    @Test(arguments: ["", "x", "0-0:1024", "0-0", "0-0:1 x", "0-0:-", "0-0:*", "9-0:1 8-0:2"])
    func onesThatMakeNoSenseBeginANewEpoch(reigns: String) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let before = try await member.publish(topic, "before")
                try redis.cli("HSET", Self.state, "reigns", reigns)
                let page = try await member.tail(topic)
                #expect(page.epoch > before.epoch && page.reigns.gave(page.clock) && page.reigns.gave(before.offset))
                let after = try await member.publish(topic, "after")
                #expect(member.recorder.epochs == [before.epoch, after.epoch], "one is enough")
            }
        }
    }

    /// A hub's connections may outlive that its server was another one's replica for a moment.
    @Test func aServerThatIsPromotedBackBeginsAReign() async throws {
        try await withPrimaryAndReplica { primary, replica in
            let topic = try Topic("news")
            try await withMember(primary.endpoint) { first in
                let e = try await first.publish(topic, "e")
                try await eventually("the replica has it") { try replica.cli("EXISTS", "hub:{0}:log:news") == "1" }
                try replica.cli("REPLICAOF", "NO", "ONE")
                try await withMember(replica.endpoint) { second in
                    let before = try await second.publish(topic, "before")
                    try primary.cli("REPLICAOF", "127.0.0.1", "\(try replica.listen())")
                    try await eventually("it has the data") {
                        try primary.cli("INFO", "replication").contains("master_link_status:up")
                    }
                    try primary.cli("REPLICAOF", "NO", "ONE")
                    var a: EventID?
                    try await eventually("it takes events") {
                        a = try? await first.publish(topic, "a")
                        return a != nil
                    }
                    let b = try await second.publish(topic, "b")
                    #expect(a?.offset.tag != b.offset.tag && b.offset.tag == before.offset.tag && a?.epoch == e.epoch)
                }
            }
        }
    }

    /// A state of the format before this one, with the gap of a server that was started anew.
    @Test func aStateWithoutReignsGoesOn() async throws {
        try await withRedis { redis in
            let now = UInt64(Date().timeIntervalSince1970 * 1000)
            let epoch = "6610706bcf2a3cbd"
            try redis.cli(
                "HSET", Self.state, "v", "1", "epoch", epoch, "ms", "\(now)", "seq", "1", "floor", "\(now - 9000)-0",
                "run",
                "abc", "fork", "\(now - 5000)-7", "resume", "\(now - 4000)-0")
            try redis.cli("HSET", "hub:{0}:last", "news", "\(now)-1")
            try redis.cli("XADD", "hub:{0}:log:news", "\(now)-1", "p", "\(now - 5000)-7", "d", "old")
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let page = try await member.tail(topic)
                #expect(page.epoch.description == epoch && page.entries.count == 1)
                let offsets = ["\(now)-1", "\(now - 5000)-7", "\(now - 4000)-0"].compactMap { Offset(streamID: $0) }
                #expect(offsets.count == 3 && offsets.allSatisfy(page.reigns.gave))
                #expect(!page.reigns.gave(try #require(Offset(streamID: "\(now - 4500)-0"))))
                let after = try await member.publish(topic, "after")
                #expect(after.epoch == page.epoch && after.offset > page.clock)
                #expect(try redis.cli("HGET", Self.state, "v") == "2")
                #expect(try redis.cli("HEXISTS", Self.state, "fork") == "0")
            }
        }
    }

    private func withPrimaryAndReplica(_ body: (RedisServer, RedisServer) async throws -> Void) async throws {
        let port = try await FreePort.find()
        try await withRedis(["port \(port)"]) { primary in
            try await withRedis(["replicaof 127.0.0.1 \(port)"]) { replica in try await body(primary, replica) }
        }
    }
}

extension TestMember {
    /// Says hello once more, as on a new connection.
    fileprivate func greet() async throws {
        let bus = self.bus
        try await bus.eventLoop.flatSubmit {
            bus.parts.value.scripts.call(.hello, [], ["100", "3600000", "1000000", "0"]).map { _ in }
        }.get()
    }

    /// Expects some offsets to be of the history, and others not.
    fileprivate func expect(_ topic: Topic, gave kept: [EventID], lost: [EventID]) async throws {
        let page = try await self.tail(topic)
        #expect(page.entries.map(\.id) == kept)
        #expect(kept.allSatisfy { page.reigns.gave($0.offset) } && page.reigns.gave(page.clock))
        #expect(lost.allSatisfy { !page.reigns.gave($0.offset) })
    }
}

extension RedisServer {
    /// Listens on a port too.
    fileprivate func listen() throws -> Int {
        if let port = Int(try self.cli("CONFIG", "GET", "port").split(separator: "\n").last ?? ""), port > 0 {
            return port
        }
        for port in (20_000..<30_000).shuffled() {
            if try self.cli("CONFIG", "SET", "port", "\(port)") == "OK" { return port }
        }
        return 0
    }
}
