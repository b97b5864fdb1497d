import ByteStrings
import Foundation
import HTTPWire
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubTransports

@Suite struct IFrameTests {
    private static let block = #"<script type="application/json">"#

    @Test("A reader of the page gets back what was encoded, and nothing else, whatever the payload")
    func readsBack() throws {
        var random = SeededGenerator(seed: 1)
        let events = try (0..<3000).map { _ in try GeneratedEvent.event(&random) }
        let page = try Self.page(events)
        let reader = try PageReader(Array(page.readableBytesView))
        // The script of the head, and the block that says that the stream is open.
        #expect(reader.scripts.count == events.count + 2)
        // The title.
        #expect(reader.strayText == Array("Events".utf8))
        #expect(reader.comments.count == 1)
        for (script, event) in zip(reader.scripts.dropFirst(2), events) {
            #expect(script.tag == Self.block)
            #expect(try EventContent(script.text) == EventContent(event))
        }
    }

    @Test("No byte of a block could be taken for markup or for the end of a line of script")
    func escapes() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let block = IFrameEncoding().encode(try GeneratedEvent.event(&random))
            let text = String(buffer: block)
            let json = text.dropFirst(Self.block.count).dropLast("</script>\n".count)
            #expect(text.hasPrefix(Self.block) && text.hasSuffix("</script>\n"))
            #expect(!json.unicodeScalars.contains { "<>&\u{2028}\u{2029}\n\r\u{0}".unicodeScalars.contains($0) })
        }
    }

    @Test("An event keeps its bytes apart from those of other formats")
    func slots() throws {
        var random = SeededGenerator(seed: 3)
        let event = try GeneratedEvent.event(&random)
        let block = event.encoded(as: IFrameEncoding())
        #expect(event.encoded(as: BatchEncoding()) != block)
        #expect(event.encoded(as: SSEEncoding(format: .json, framing: .chunked)) != block)
        #expect(event.encoded(as: IFrameEncoding()) == block)
    }

    @Test("What is not an event has a member 'hub'")
    func controlBlocks() throws {
        let format = try Self.format()
        let id = EventID(epoch: Epoch(rawValue: 1), offset: Offset(rawValue: 2))
        let notice = ResetNotice(
            topic: try Topic("</script>"), reason: .trimmed, requested: "<!--", oldest: id, latest: nil,
            cursor: Cursor(after: id))
        var page = ByteBuffer()
        for var block in [format.reset(notice), format.close(.drain, retry: 5), format.turnOver(), format.heartbeat()] {
            page.writeBuffer(&block)
        }
        let reader = try PageReader(Array(page.readableBytesView))
        let texts = reader.scripts.map { String(decoding: $0.text, as: UTF8.self) }
        #expect(
            texts == [
                #"{"hub":"reset","topic":"\u003c/script\u003e","reason":"trimmed","requested":"\u003c!--","oldest":"\#(id)","#
                    + #""latest":null,"cursor":"\#(id)"}"#,
                #"{"hub":"close","reason":"drain","retry":5}"#, #"{"hub":"next"}"#,
            ])
        #expect(reader.comments == [[]])
    }

    @Test("The head is padded, and its script has the nonce of the policy, another one for each page")
    func head() throws {
        let formats = try [Self.format(), Self.format()]
        var nonces: Set<String> = []
        for format in formats {
            let policy = try #require(format.fields.value("Content-Security-Policy"))
            let nonce = try #require(policy.firstMatch(of: /script-src 'nonce-([a-z0-9]{16,})'/)?.1)
            nonces.insert(String(nonce))
            let beginning = format.beginning(StreamOpening(replay: nil, cursor: nil))
            let reader = try PageReader(Array(beginning.readableBytesView))
            #expect(reader.scripts.first?.tag == #"<script nonce="\#(nonce)">"#)
            #expect(reader.scripts.last?.text == Array(#"{"hub":"open"}"#.utf8))
            #expect(policy.hasSuffix("; frame-ancestors https://example.org:8443"))
            #expect(beginning.readableBytes > 1024)
        }
        #expect(nonces.count == 2)
    }

    @Test(arguments: [
        "https://example.org", "HTTP://Example.org:8080", "http://[::1]:80", "chrome-extension://abcdef",
        "http://a_b-c.d",
    ])
    func originsAreAccepted(_ text: String) {
        #expect(PageOrigin(ByteString(text))?.text == text.lowercased())
    }

    @Test(arguments: [
        "", "null", "*", "https://", "example.org", "https://a/", "https://a?b", "https://a#b", "https://u@a",
        "https://a;x",
        "https://a 'self'", "https://a,b", "https://a\"", "https://a'", "https://*.a", "https://é", "https://a:123456",
        "https://a:", "javascript:alert(1)", "https://a\n", "https://a\r\nX: y", "https://[::1", "https://a\\b",
    ])
    func whatIsNoOriginIsRefused(_ text: String) {
        #expect(PageOrigin(ByteString(text)) == nil)
    }

    private static func format() throws -> IFrameFormat {
        IFrameFormat(
            origin: try #require(PageOrigin("https://example.org:8443")), format: .data, heartbeat: .seconds(15))
    }

    private static func page(_ events: [Event]) throws -> ByteBuffer {
        let format = try self.format()
        var page = format.beginning(StreamOpening(replay: .complete, cursor: nil))
        for event in events { page.writeImmutableBuffer(event.encoded(as: format.encoding)) }
        return page
    }
}
