import HubCore
import NIOCore
import NIOPosix
import Testing

@Suite struct StepSizeTests {
    private func publication(topics: Int, bytes: Int) throws -> Publication {
        try Publication(
            topics: try (0..<topics).map { try Topic("t\($0)") }, data: EventData(String(repeating: "x", count: bytes)))
    }

    @Test func everyTopicOfAnEventCounts() throws {
        #expect(StepSize(of: [try self.publication(topics: 1_000, bytes: 0)]).excess == nil)
        #expect(StepSize(of: try (0..<10).map { _ in try self.publication(topics: 100, bytes: 1) }).excess == nil)
        let many = StepSize(of: try (0..<11).map { _ in try self.publication(topics: 91, bytes: 1) })
        #expect(many.excess == .entries(1_001))
        let large = StepSize(of: [try self.publication(topics: 17, bytes: 1 << 20)])
        guard case .bytes? = large.excess else {
            Issue.record("a step of 17 MiB")
            return
        }
    }

    @Test func oneEntryMayBeAsLargeAsAnyEvent() throws {
        #expect(StepSize(of: [try self.publication(topics: 1, bytes: 32 << 20)]).excess == nil)
        #expect(StepSize(of: [try self.publication(topics: 2, bytes: 9 << 20)]).excess != nil)
        #expect(throws: InvalidEvent.self) { try self.publication(topics: 1, bytes: (32 << 20) + 1) }
    }

    @Test func theMemoryBusRefusesBeforeItWrites() async throws {
        let bus = MemoryBus(
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(), replayCount: 10, replayAge: .hours(1))
        for step in [
            [try self.publication(topics: 1_001, bytes: 0)], [try self.publication(topics: 20, bytes: 1 << 20)],
        ] {
            await #expect(throws: BusError.self) { try await bus.publish(step).get() }
        }
        #expect(try await bus.topics(after: nil, limit: 1).get().isEmpty)
    }
}
