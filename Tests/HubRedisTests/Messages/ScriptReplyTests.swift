import HubCore
import RedisWire
import Testing

@testable import HubRedis

@Suite struct ScriptReplyTests {
    static let position = RESPValue.bulk(Array("6610706bcf2a3cbd-1a20e16347900001".utf8))
    let topic: Topic

    init() throws {
        self.topic = try Topic("news")
    }

    private static func text(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }

    private static func entry(_ id: String, _ fields: String...) -> RESPValue {
        .array([Self.text(id), .array(fields.map(Self.text))])
    }

    private func page(_ entries: [RESPValue], last: RESPValue = ScriptReplyTests.text("9-0")) throws -> LogPage {
        let reply = RESPValue.array([
            Self.position, Self.text("1-0"), last, .integer(1), .array(entries), Self.text("0-0:7"),
        ])
        return try Self.page(reply, of: self.topic, .after(.zero)).page
    }

    private static func page(
        _ reply: RESPValue, of topic: Topic, _ range: LogRange
    ) throws -> (page: LogPage, readOn: Offset?) {
        var chain = LogChain(range)
        return try ScriptReply(reply).page(of: topic, &chain)
    }

    @Test func aPageIsRead() throws {
        let page = try self.page([
            Self.entry("7-0", "p", "5-1", "d", "x"),
            Self.entry("9-0", "p", "7-0", "d", "", "e", "n", "r", "5", "z", "?"),
        ])
        #expect(page.entries.map(\.offset.streamID) == ["7-0", "9-0"])
        #expect(page.base.streamID == "5-1")
        #expect(page.hasMore)
        #expect(page.entries[1].name == "n")
        #expect(page.entries[1].retry == 5)
        #expect(page.entries[1].id.epoch == page.epoch)
    }

    @Test func aTopicThatIsNotThereHasNoLast() throws {
        let page = try self.page([], last: .null)
        #expect(page.last == nil)
        #expect(page.base.streamID == "1-0")
    }

    @Test func brokenPagesAreRefused() {
        let broken: [RESPValue] = [.integer(1), .array([]), .array([.null, .null])]
        for entry in broken {
            #expect(throws: MalformedMessage.self) { try self.page([entry]) }
        }
    }

    @Test func entriesThatDoNotRiseAreRefused() {
        #expect(throws: MalformedMessage.self) {
            try self.page([Self.entry("9-0", "p", "5-1", "d", "x"), Self.entry("7-0", "p", "5-1", "d", "x")])
        }
    }

    @Test func repliesWithoutAPlaceAreRefused() {
        for reply in [RESPValue.null, .array([]), .integer(1), .array([.integer(1)]), .array([Self.text("x")])] {
            #expect(throws: MalformedMessage.self) { try ScriptReply(reply) }
        }
    }

    @Test func absentElementsAreRefused() throws {
        let reply = try ScriptReply(.array([Self.position]))
        #expect(throws: MalformedMessage.self) { try reply.integer(1) }
        #expect(throws: MalformedMessage.self) {
            var chain = LogChain(.tail)
            return try reply.page(of: self.topic, &chain).page
        }
        #expect(throws: MalformedMessage.self) { try reply.summaries(of: 1).topics }
        #expect(reply.isNull(1))
    }
}
