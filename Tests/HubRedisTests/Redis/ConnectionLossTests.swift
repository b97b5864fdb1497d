import Foundation
import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

@Suite struct ConnectionLossTests {
    @Test func theBusWaitsForRedis() async throws {
        let redis = try RedisServer()
        defer { redis.stop() }
        let timeouts = RedisTimeouts(connect: .seconds(60), command: .seconds(60))
        try await withMember(redis.endpoint, timeouts: timeouts, waitUntilReady: false) { member in
            let topic = try Topic("news")
            member.bus.subscribe(topic)
            try await eventually("the log says why") { member.log.all.count == 1 }
            let start = ContinuousClock.now
            #expect(try await member.failure(topic).isUnavailable)
            #expect(ContinuousClock.now - start < .seconds(20))
            try await redis.start()
            try await member.ready()
            try await eventually("the topic is subscribed") { member.recorder.all.contains(.subscribed(topic)) }
            let id = try await member.publish(topic, "x")
            try await eventually("the event arrives") { member.recorder.events.map(\.id) == [id] }
            #expect(member.log.all.count == 2, "\(member.log.all)")
        }
    }

    @Test func aStoppedServerLeavesOutcomesUnknownAndRecovers() async throws {
        let timeouts = RedisTimeouts(connect: .milliseconds(500), command: .milliseconds(500), liveness: .seconds(2))
        try await withRedis { redis in
            try await withMember(redis.endpoint, timeouts: timeouts) { member in
                let topic = try Topic("news")
                redis.signal(SIGSTOP)
                let start = ContinuousClock.now
                #expect(try await member.failure(topic, key: "k").isUnknown)
                #expect(ContinuousClock.now - start < Patience.duration(.seconds(10)))
                try await eventually("the bus is not ready") { member.bus.status != .ready }
                #expect(try await member.failure(topic).isUnavailable)
                redis.signal(SIGCONT)
                try await member.ready()
                try await member.publish(topic, "x", key: "k")
                #expect(try await member.tail(topic).entries.count == 1)
                #expect(member.recorder.epochs.count == 1)
            }
        }
    }

    @Test func killedSubscriptionsAreMadeAgain() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topics = try (0..<50).map { try Topic("t\($0)") }
                for topic in topics { member.bus.subscribe(topic) }
                try await eventually("all are subscribed") {
                    topics.allSatisfy { member.recorder.all.contains(.subscribed($0)) }
                }
                #expect(member.bus.reconnects == (0, 0))
                try redis.cli("CLIENT", "KILL", "TYPE", "pubsub")
                try await eventually("the reconnect is counted") { member.bus.reconnects == (0, 1) }
                try await eventually("the loss is told, then the subscriptions") {
                    let all = member.recorder.all
                    guard let lost = all.firstIndex(of: .lost) else { return false }
                    return topics.allSatisfy { all[lost...].contains(.subscribed($0)) }
                }
                try await member.ready()
                let id = try await member.publish(topics[7], "x")
                try await eventually("events arrive again") { member.recorder.events.map(\.id) == [id] }
                #expect(member.recorder.epochs.count == 1)
            }
        }
    }

    @Test func killedCommandConnectionsAreMadeAgain() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try redis.cli("CLIENT", "KILL", "TYPE", "normal")
                try await eventually("publishing works again") {
                    (try? await member.publish(Topic("news"), "x")) != nil
                }
                #expect(member.recorder.count { $0 == .lost } == 0)
            }
        }
    }

    @Test func forgottenScriptsAreLoadedAgain() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                for _ in 0..<3 {
                    try redis.cli("SCRIPT", "FLUSH")
                    try await member.publish(topic, "x")
                }
                try redis.cli("SCRIPT", "FLUSH")
                #expect(try await member.tail(topic).entries.count == 3)
            }
        }
    }

    @Test func probesComeBack() async throws {
        let timeouts = RedisTimeouts(liveness: .milliseconds(Patience.milliseconds(600)))
        try await withRedis { redis in
            try await withMember(redis.endpoint, timeouts: timeouts) { member in
                let id = try await member.publish(Topic("nobody listens"), "x")
                try await eventually("what was published is reached") { member.recorder.all.contains(.reached(id)) }
                try await eventually("more probes come") {
                    member.recorder.count { if case .reached = $0 { true } else { false } } > 5
                }
                #expect(member.recorder.count { $0 == .lost } == 0)
            }
        }
    }

    @Test func aSubscriptionThatLeadsElsewhereIsNoticed() async throws {
        let timeouts = RedisTimeouts(liveness: .seconds(1))
        try await withRedis { first in
            try await withRedis { second in
                let link = first.socket + ".link"
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: first.socket)
                try await withMember(RedisEndpoint("unix://\(link)"), timeouts: timeouts) { member in
                    let topic = try Topic("news")
                    try await member.subscribe(topic)
                    try FileManager.default.removeItem(atPath: link)
                    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: second.socket)
                    try first.cli("CLIENT", "KILL", "TYPE", "pubsub")
                    try await eventually("the other server's epoch is entered") { member.recorder.epochs.count == 2 }
                    try await member.ready()
                    let id = try await member.publish(topic, "x")
                    try await eventually("events arrive") { member.recorder.events.map(\.id) == [id] }
                    #expect(try second.cli("EXISTS", "hub:{0}:log:news") == "1")
                }
            }
        }
    }

    @Test func unsubscribedTopicsAreSilent() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let (kept, dropped) = (try Topic("kept"), try Topic("dropped"))
                try await member.subscribe(kept)
                try await member.subscribe(dropped)
                member.bus.unsubscribe(dropped)
                try await member.publish(dropped, "x")
                let id = try await member.publish(kept, "y")
                try await eventually("the other topic's event arrives") { !member.recorder.events.isEmpty }
                #expect(member.recorder.events.map(\.id) == [id])
                try await eventually("Redis knows") {
                    !(try redis.cli("PUBSUB", "CHANNELS").contains("dropped"))
                }
                try await member.subscribe(dropped)
                try await member.publish(dropped, "z")
                try await eventually("it is heard again") { member.recorder.events.count == 2 }
            }
        }
    }

    @Test func messagesThatCannotBeReadMakeTheTopicsSuspect() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                for junk in ["", "1", "2e", "junk", "1e" + String(repeating: "0", count: 32)] {
                    try redis.cli("PUBLISH", "hub:{0}:live:news", junk)
                    try redis.cli("PUBLISH", "hub:{0}:control", junk)
                }
                try await eventually("the loss is told") { member.recorder.all.contains(.lost) }
                try await eventually("the topic is acknowledged again") {
                    let all = member.recorder.all
                    guard let lost = all.lastIndex(of: .lost) else { return false }
                    return all[lost...].contains(.subscribed(topic))
                }
                #expect(try redis.cli("PUBSUB", "NUMSUB", "hub:{0}:live:news").hasSuffix("1"))
                #expect(member.bus.status == .ready)
            }
        }
    }
}
