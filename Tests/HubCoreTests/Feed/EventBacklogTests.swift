import Testing

@testable import HubCore

@Suite struct EventBacklogTests {
    @Test func beyondItsLimitTheOldestGoAndItIsKnownUpToWhere() throws {
        var backlog = EventBacklog(limit: RingLimit(count: 3))
        for event in try Sample.chain(after: 0, [10, 20, 30]) { backlog.append(event) }
        #expect(backlog.forgotten == .zero)
        for event in try Sample.chain(after: 30, [40, 50]) { backlog.append(event) }
        #expect(backlog.forgotten == 20)
        #expect(Self.takeAll(&backlog) == [30, 40, 50])
        backlog.removeAll()
        #expect(backlog.forgotten == .zero)
    }

    @Test func bytesCountTooButOneEventStays() throws {
        let large = String(repeating: "x", count: 1000)
        var backlog = EventBacklog(limit: RingLimit(byteCount: 3000))
        backlog.append(try Sample.event(10, after: 0, data: String(repeating: "x", count: 10_000)))
        #expect(backlog.forgotten == .zero)
        backlog.append(try Sample.event(20, after: 10, data: large))
        #expect(backlog.forgotten == 10)
        backlog.append(try Sample.event(30, after: 20, data: large))
        #expect(Self.takeAll(&backlog) == [30])
        backlog.append(try Sample.event(40, after: 30))
        #expect(Self.takeAll(&backlog) == [40])
        #expect(backlog.forgotten == 20)
    }

    @Test func whatIsPutBackComesFirst() throws {
        var backlog = EventBacklog(limit: RingLimit())
        backlog.append(try Sample.event(20, after: 10))
        backlog.prepend(try Sample.event(10, after: 0))
        #expect(Self.takeAll(&backlog) == [10, 20])
    }

    private static func takeAll(_ backlog: inout EventBacklog) -> [UInt64] {
        var offsets: [UInt64] = []
        while let event = backlog.popFirst() { offsets.append(event.offset.rawValue) }
        return offsets
    }
}
