import Foundation
import HTTPWire
import HubCore
import NIOCore
import Testing

@testable import HubTransports

/// The blocks that are the hub's own: comments, the first id, resets and the end.
@Suite struct SSEControlBlockTests {
    private let plain = SSEEncoding(format: .data, framing: .plain)
    private let chunked = SSEEncoding(format: .data, framing: .chunked)
    private let id = EventID(epoch: Epoch(rawValue: 0xA), offset: Offset(rawValue: 0xB))

    @Test func aHeartbeatIsACommentWithoutABlankLine() throws {
        #expect(self.plain.comment() == ByteBuffer(string: ":\n"))
        #expect(self.chunked.comment() == ByteBuffer(string: "2\r\n:\n\r\n"))
        #expect(EventStreamReader(Array(":\n:\n".utf8)).messages.isEmpty)
    }

    @Test func theFirstIDIsSilentAndNoted() throws {
        let block = self.plain.prime(Cursor(after: self.id))
        let reader = EventStreamReader(Array(block.readableBytesView))
        #expect(reader.messages.isEmpty)
        #expect(reader.lastEventID == Array("000000000000000a-000000000000000b".utf8))
        #expect(try Dechunker(Array(self.chunked.prime(Cursor(after: self.id)).readableBytesView)).bytes.count == 39)
    }

    @Test(arguments: [CloseReason.drain, .shed, .slow, .expired])
    func theLastBlockSaysWhyAndWhenToComeBack(reason: CloseReason) throws {
        let reader = EventStreamReader(Array(self.plain.close(reason, retry: 1234).readableBytesView))
        let message = try #require(reader.messages.first)
        #expect(message.type == Array("hub.close".utf8))
        #expect(message.data == Array(#"{"reason":"\#(reason.rawValue)"}"#.utf8))
        // The cursor that the client has stays good.
        #expect(message.lastEventID.isEmpty)
        #expect(reader.reconnectionTime == 1234)
    }

    @Test func aChunkedAnswerEndsWithTheLastChunkAndAPlainOneWithTheConnection() throws {
        #expect(self.plain.end().readableBytes == 0)
        var bytes = self.chunked.close(.drain, retry: 1)
        bytes.writeImmutableBuffer(self.chunked.end())
        let end = try Dechunker(Array(bytes.readableBytesView))
        #expect(end.isComplete)
        #expect(end.chunks.count == 1)
    }

    @Test(arguments: [true, false])
    func aResetCarriesACursorOnlyIfItIsSafe(isSafe: Bool) throws {
        let notice = ResetNotice(
            topic: try Topic("a\"b"), reason: .trimmed, requested: "x\ny", oldest: self.id, latest: nil,
            cursor: isSafe ? Cursor(after: self.id) : nil)
        for encoding in [self.plain, self.chunked] {
            let reader = EventStreamReader(try SSEEncodingTests.unframed(encoding.reset(notice), encoding))
            let message = try #require(reader.messages.first)
            #expect(message.type == Array("hub.reset".utf8))
            #expect(message.data == ResetJSON.encode(notice))
            #expect(!message.data.contains(0x0A))
            #expect(message.lastEventID == Array((isSafe ? self.id.description : "").utf8))
            #expect(reader.reconnectionTime == nil)
        }
    }
}
