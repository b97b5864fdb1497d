import Foundation
import HubCore
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct DemoClockTests {
    private struct Tick: Decodable {
        let clock: String
        let sequence: Int
        let time: UInt64
    }

    @Test func twoMembersPublishTheTimeOnceASecondAndEachCountsItsOwn() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let bus = MemoryBus(eventLoop: group.next(), replayCount: 100, replayAge: .hours(1))
        let hub = Hub(bus: bus, loops: [group.next()], logger: Logger(label: "test"))
        let clocks = try (0..<2).map { _ in
            let clock = try DemoClock(hub: hub)
            return Task { try await clock.run() }
        }
        let topic = try Topic("clock")
        try await eventually("four seconds should be published", seconds: 20) {
            (try await bus.summary(of: topic).get()?.eventCount ?? 0) >= 4
        }
        for clock in clocks { clock.cancel() }
        for clock in clocks { try await clock.value }
        let page = try await bus.read(topic, .tail, limit: 100).get()
        let ticks = try page.entries.map { event in
            try JSONDecoder().decode(Tick.self, from: Data(event.data.bytes))
        }
        let seconds = ticks.map { ($0.time + 500) / 1000 }
        #expect(Set(seconds).count == seconds.count)
        for (_, own) in Dictionary(grouping: ticks, by: \.clock) {
            #expect(own.map(\.sequence) == Array(1...own.count))
        }
        try await bus.shutdown().get()
        try await group.shutdownGracefully()
    }
}
