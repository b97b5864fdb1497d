import HTTPWire
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubTransports

@Suite struct SSEEncodingTests {
    private static let encodings = [
        SSEEncoding(format: .data, framing: .plain), SSEEncoding(format: .data, framing: .chunked),
        SSEEncoding(format: .json, framing: .plain), SSEEncoding(format: .json, framing: .chunked),
    ]

    @Test("A parser written to the standard reads back what was encoded", arguments: encodings)
    func readsBack(encoding: SSEEncoding) throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let event = try GeneratedEvent.event(&random)
            let block = try Self.unframed(encoding.encode(event), encoding)
            let reader = EventStreamReader(block)
            #expect(reader.messages.count == 1)
            let message = try #require(reader.messages.first)
            #expect(message.type == Array((event.name ?? "message").utf8))
            #expect(message.data == (encoding.format == .data ? event.data.bytes : EventJSON.encode(event)))
            #expect(message.lastEventID == Array(event.id.description.utf8))
            #expect(reader.reconnectionTime == event.retry.map(Int.init))
        }
    }

    @Test("Blocks that follow one another are read back apart, whatever begins the stream", arguments: encodings)
    func readsBackStreams(encoding: SSEEncoding) throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<100 {
            let events = try (0..<20).map { _ in try GeneratedEvent.event(&random) }
            var stream = encoding.comment()
            stream.writeImmutableBuffer(encoding.prime(Cursor(after: events[0].id)))
            for event in events {
                stream.writeImmutableBuffer(encoding.encode(event))
                stream.writeImmutableBuffer(encoding.comment())
            }
            let reader = EventStreamReader(try Self.unframed(stream, encoding))
            #expect(reader.messages.map(\.lastEventID) == events.map { Array($0.id.description.utf8) })
            #expect(reader.messages.map(\.type) == events.map { Array(($0.name ?? "message").utf8) })
        }
    }

    @Test("The id is the block's last line before the blank one, and there is never a CR", arguments: encodings)
    func idIsLast(encoding: SSEEncoding) throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<1000 {
            let event = try GeneratedEvent.event(&random)
            let block = try Self.unframed(encoding.encode(event), encoding)
            #expect(!block.contains(0x0D))
            #expect(Array(block.suffix(39)) == Array("id: \(event.id)\n\n".utf8))
            #expect(block[block.count - 40] == 0x0A)
        }
    }

    @Test(
        "An event is one chunk, whose size is that of the block", arguments: encodings.filter { $0.framing == .chunked }
    )
    func isOneChunk(encoding: SSEEncoding) throws {
        var random = SeededGenerator(seed: 4)
        let plain = SSEEncoding(format: encoding.format, framing: .plain)
        for _ in 0..<200 {
            let event = try GeneratedEvent.event(&random)
            let chunked = try Dechunker(Array(encoding.encode(event).readableBytesView))
            #expect(chunked.chunks == [Array(plain.encode(event).readableBytesView)])
            #expect(!chunked.isComplete)
        }
    }

    @Test func theFourVariantsKeepTheirBytesApart() throws {
        var random = SeededGenerator(seed: 5)
        let event = try GeneratedEvent.event(&random)
        #expect(Set(Self.encodings.map(\.slot)).count == 4)
        for encoding in Self.encodings + Self.encodings.reversed() {
            #expect(event.encoded(as: encoding) == encoding.encode(event))
        }
    }

    @Test("Data keeps its lines", arguments: ["", "\n", "\n\n\n", "a\nb", " a", "a\n", ":a", "\u{FEFF}a", "data:"])
    func keepsLines(text: String) throws {
        let event = Event(
            id: EventID(epoch: Epoch(rawValue: 1), offset: Offset(rawValue: 2)), topic: try Topic("t"), previous: .zero,
            name: nil, data: EventData(text), retry: nil)
        let block = SSEEncoding(format: .data, framing: .plain).encode(event)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "data: \($0)\n" }
        #expect(block == ByteBuffer(string: "\(lines.joined())id: 0000000000000001-0000000000000002\n\n"))
        #expect(EventStreamReader(Array(block.readableBytesView)).messages.map(\.data) == [Array(text.utf8)])
    }

    static func unframed(_ bytes: ByteBuffer, _ encoding: SSEEncoding) throws -> [UInt8] {
        let bytes = Array(bytes.readableBytesView)
        return encoding.framing == .chunked ? try Dechunker(bytes).bytes : bytes
    }
}
