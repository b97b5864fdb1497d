import HubCore
import Testing

@testable import HubRedis

@Suite struct ChannelMessageTests {
    static let event = "1e6610706bcf2a3cbd1a20e163479000011a20e1634790000000000001f40002evdéta\n"

    @Test func anEventIsRead() throws {
        guard case .event(let message) = try ChannelMessage(Array(Self.event.utf8)) else {
            Issue.record("not an event")
            return
        }
        #expect(message.id.description == "6610706bcf2a3cbd-1a20e16347900001")
        #expect(message.previous.rawValue == 0x1a20_e163_4790_0000)
        #expect(message.retry == 500)
        #expect(message.name == "ev")
        #expect(message.data.text == "déta\n")
        #expect(!message.isFirst)
    }

    @Test(arguments: ["d", "r", "p", "c"]) func aPlaceIsRead(kind: String) throws {
        let id = try #require(EventID("6610706bcf2a3cbd-1a20e16347900001"))
        let message = try ChannelMessage(Array("1\(kind)6610706bcf2a3cbd1a20e16347900001".utf8))
        switch kind {
        case "d": #expect(message == .deleted(id))
        case "r": #expect(message == .retired(id))
        default: #expect(message == .position(id))
        }
    }

    @Test func noTruncatedMessageIsRead() {
        let bytes = Array(Self.event.utf8)
        for count in 0..<66 {
            #expect(throws: MalformedMessage.self) { try ChannelMessage(Array(bytes.prefix(count))) }
        }
    }

    @Test func brokenMessagesAreRefused() {
        let broken = [
            "2e6610706bcf2a3cbd1a20e163479000011a20e1634790000000ffffffff0000x",
            "1x6610706bcf2a3cbd1a20e16347900001", "1e6610706bcf2a3cbd1A20E16347900001",
            // The previous offset is the event's own.
            "1e6610706bcf2a3cbd1a20e163479000011a20e1634790000100ffffffff0000x",
            "1e6610706bcf2a3cbd1a20e163479000011a20e163479000000005265c010000x",
            "1e6610706bcf2a3cbd1a20e163479000011a20e1634790000000ffffffff0002x",
        ]
        for text in broken {
            #expect(throws: MalformedMessage.self) { try ChannelMessage(Array(text.utf8)) }
        }
        #expect(throws: MalformedMessage.self) { try ChannelMessage(Array(Self.event.utf8) + [0xFF]) }
    }

    @Test func mutatedMessagesNeverTrap() {
        let bytes = Array(Self.event.utf8)
        for _ in 0..<20_000 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...4) { mutated[Int.random(in: 0..<mutated.count)] = .random(in: 0...255) }
            _ = try? ChannelMessage(Array(mutated.prefix(Int.random(in: 0...mutated.count))))
        }
    }
}
