import Testing

@testable import HubCore

@Suite struct RecentPagesTests {
    @Test func aPageIsKeptForOneToTwoRounds() throws {
        var recent = RecentPages()
        recent.insert(try Self.page(1))
        recent.age()
        recent.insert(try Self.page(2))
        #expect(recent.pages.map(\.through) == [1, 2])
        recent.age()
        #expect(recent.pages.map(\.through) == [2])
        recent.age()
        #expect(recent.pages.isEmpty)
    }

    @Test func theOldestGoBeyondTheBoundAndTheNewestStays() throws {
        var recent = RecentPages()
        let half = RecentPages.byteLimit / 2
        recent.insert(try Self.page(1, byteCount: half / 2))
        recent.age()
        for offset in UInt64(2)...4 { recent.insert(try Self.page(offset, byteCount: half)) }
        #expect(recent.pages.map(\.through) == [4])
        recent.insert(try Self.page(5, byteCount: 3 * half))
        #expect(recent.pages.map(\.through) == [5])
        // What went beyond the bound is not counted among those that are old.
        recent.age()
        #expect(recent.pages.map(\.through) == [5])
        recent.age()
        #expect(recent.pages.isEmpty)
    }

    /// A page of one event.
    private static func page(_ offset: UInt64, byteCount: Int = 1) throws -> TopicPage {
        let data = String(repeating: "x", count: byteCount)
        let event = try Sample.event(offset, after: offset - 1, data: data)
        return TopicPage(
            from: Offset(rawValue: offset - 1),
            LogPage(
                epoch: event.id.epoch, clock: event.offset, floor: .zero, last: event.offset, entries: [event],
                hasMore: false))
    }
}
