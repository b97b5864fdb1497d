import Foundation
import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// Faults while events flow: what the bus hands over has no hole but where it said so, and what it acknowledged is there.
@Suite struct ChaosTests {
    private enum Fault: CaseIterable {
        case killSubscriptions, killCommands, restart, pause, flushScripts
    }

    private let timeouts = RedisTimeouts(connect: .seconds(1), command: .seconds(1), liveness: .seconds(2))

    @Test func nothingAcknowledgedIsLostAndNoHoleIsHidden() async throws {
        try await withRedis(["appendonly yes"]) { redis in
            try await withMember(redis.endpoint, replayCount: 1_000_000, timeouts: self.timeouts) { publisher in
                try await withMember(redis.endpoint, timeouts: self.timeouts) { listener in
                    let topic = try Topic("news")
                    try await listener.subscribe(topic)
                    let publishing = Task { try await self.publish(0..<600, to: topic, through: publisher) }
                    for _ in 0..<3 {
                        for fault in Fault.allCases.shuffled() { try await self.strike(redis, fault) }
                    }
                    let acknowledged = try await publishing.value
                    try redis.cli("CLIENT", "UNPAUSE")
                    try await publisher.ready()
                    try await listener.ready()
                    let last = try await self.publish(600..<601, to: topic, through: publisher)
                    try await eventually("the last event arrives") { listener.recorder.events.last?.id == last.last }
                    let log = try await self.wholeLog(of: topic, on: publisher)
                    #expect(Set(log.map(\.id)).isSuperset(of: acknowledged))
                    #expect(listener.recorder.epochs.count == 1)
                    self.checkHoles(listener.recorder.all, log: log)
                }
            }
        }
    }

    /// Publishes with keys, and repeats what failed until it is done.
    private func publish(_ numbers: Range<Int>, to topic: Topic, through member: TestMember) async throws -> [EventID] {
        var ids: [EventID] = []
        for index in numbers {
            try await eventually("event \(index) is published", seconds: 60) {
                do {
                    ids.append(try await member.publish(topic, "\(index)", key: "k\(index)"))
                    return true
                } catch is BusError {
                    return false
                }
            }
        }
        return ids
    }

    private func strike(_ redis: RedisServer, _ fault: Fault) async throws {
        switch fault {
        case .killSubscriptions: try redis.cli("CLIENT", "KILL", "TYPE", "pubsub")
        case .killCommands: try redis.cli("CLIENT", "KILL", "TYPE", "normal")
        case .flushScripts: try redis.cli("SCRIPT", "FLUSH")
        case .pause: try redis.cli("CLIENT", "PAUSE", "1500")
        case .restart:
            redis.kill()
            try await redis.start()
        }
        try await Task.sleep(for: .milliseconds(.random(in: 0...100)))
    }

    private func wholeLog(of topic: Topic, on member: TestMember) async throws -> [Event] {
        var events: [Event] = []
        while true {
            let page = try await self.page(of: topic, after: events.last?.offset ?? .zero, on: member)
            events += page.entries
            guard page.hasMore else { return events }
        }
    }

    /// What was struck last may show only now.
    private func page(of topic: Topic, after offset: Offset, on member: TestMember) async throws -> LogPage {
        var page: LogPage?
        try await eventually("the log can be read", seconds: 60) {
            do {
                page = try await member.bus.read(topic, .after(offset), limit: 500).get()
                return true
            } catch is BusError {
                return false
            }
        }
        return try #require(page)
    }

    private func checkHoles(_ entries: [BusRecorder.Entry], log: [Event]) {
        for (previous, next) in zip(log, log.dropFirst()) { #expect(next.previous == previous.offset) }
        #expect(Set(log.map(\.data.text)).count == log.count, "an event was published twice")
        var last: Offset?
        var isLost = false
        for entry in entries {
            switch entry {
            case .lost: isLost = true
            case .appended(let id, _, let previous, _):
                if let last {
                    #expect(id.offset > last)
                    #expect(previous == last || (isLost && previous > last), "a hole was hidden")
                }
                last = id.offset
                isLost = false
            default: break
            }
        }
    }
}
