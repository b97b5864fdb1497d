import HubCore
import RedisWire
import Testing

@testable import HubRedis

/// Whatever is in a log, its pages have their gaps at the beginning, where they are noticed.
@Suite struct LogChainTests {
    private let topic: Topic

    init() throws {
        self.topic = try Topic("news")
    }

    /// An entry: `7<5` is an event at 7-0 after 5-0, `7` something else.
    private func page(_ entries: String..., last: Int, more: Bool = false, _ range: LogRange = .after(.zero)) throws
        -> Page
    {
        let values = entries.map { text in
            let parts = text.split(separator: "<")
            let fields = parts.count == 2 ? ["p", "\(parts[1])-0", "d", "x"] : ["a", "b"]
            return RESPValue.array([Self.text("\(parts[0])-0"), .array(fields.map(Self.text))])
        }
        let reply = RESPValue.array([
            ScriptReplyTests.position, Self.text("1-0"), Self.text("\(last)-0"), .integer(more ? 1 : 0), .array(values),
            Self.text("0-0:*"),
        ])
        var chain = LogChain(range)
        let (page, readOn) = try ScriptReply(reply).page(of: self.topic, &chain)
        return Page(
            events: page.entries.map { "\($0.offset.milliseconds)<\($0.previous.milliseconds)" },
            base: page.base.milliseconds, hasMore: page.hasMore, readOn: readOn?.milliseconds)
    }

    private struct Page: Equatable {
        var events: [String]
        var base: UInt64
        var hasMore = false
        var readOn: UInt64?
    }

    private static func text(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }

    @Test func aWholeLogIsOnePage() throws {
        for range in [LogRange.after(.zero), .tail] {
            #expect(try self.page("5<3", "7<5", "9<7", last: 9, range) == Page(events: ["5<3", "7<5", "9<7"], base: 3))
        }
    }

    @Test func aPageEndsBeforeAGap() throws {
        #expect(try self.page("5<3", "9<7", last: 9) == Page(events: ["5<3"], base: 3, hasMore: true))
        #expect(try self.page("5<3", "7", "9<7", last: 9) == Page(events: ["5<3"], base: 3, hasMore: true))
        #expect(
            try self.page("5<3", last: 9) == Page(events: ["5<3"], base: 3, hasMore: true), "the last one is missing")
    }

    @Test func aTailBeginsAfterTheLastGap() throws {
        #expect(try self.page("5<3", "9<7", last: 9, .tail) == Page(events: ["9<7"], base: 7, hasMore: true))
        #expect(
            try self.page("3<1", "5", "9<3", "11<9", last: 11, .tail)
                == Page(events: ["9<5", "11<9"], base: 5, hasMore: true))
        #expect(try self.page("5<3", last: 9, .tail) == Page(events: [], base: 9, hasMore: true))
        #expect(try self.page("5<3", "9", last: 9, .tail) == Page(events: [], base: 9, hasMore: true))
    }

    @Test func whatIsPassedOverAtTheBeginningIsAGap() throws {
        #expect(try self.page("5", "7<3", last: 7) == Page(events: ["7<5"], base: 5))
        #expect(
            try self.page("5", "7", last: 7) == Page(events: [], base: 7), "nothing can be proved up to the last offset"
        )
        #expect(try self.page("5", "7", last: 9, more: true) == Page(events: [], base: 9, hasMore: true, readOn: 7))
    }

    @Test func anEntryThatTheNextOneDoesNotKnowIsKeptInTheChain() throws {
        #expect(try self.page("5<3", "7<5", "9<5", last: 9) == Page(events: ["5<3", "7<5", "9<7"], base: 3))
    }

    @Test func whatComesAfterTheLastOffsetWasNeverPublished() throws {
        #expect(try self.page("5<3", "7<5", last: 5) == Page(events: ["5<3"], base: 3))
        #expect(try self.page("5<3", "8", last: 5, .tail) == Page(events: ["5<3"], base: 3))
        #expect(try self.page("7<5", "8", last: 5, more: true) == Page(events: [], base: 5))
    }

    @Test func anEntryWhosePreviousCannotBeIsAGap() throws {
        #expect(try self.page("5<9", last: 5) == Page(events: [], base: 5))
        #expect(try self.page("3<1", "5<5", "7<3", last: 7, .tail) == Page(events: ["7<5"], base: 5, hasMore: true))
    }
}
