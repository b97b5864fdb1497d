import ByteStrings
import Foundation
import HTTPTypes
import HTTPWire
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubTransports

@Suite struct BatchTests {
    private struct Content: Decodable {
        struct Reset: Decodable { let reason: String }
        let events: [EventContent]
        let resets: [Reset]?
        let cursor: String
    }

    private let id = EventID(epoch: Epoch(rawValue: 0xA), offset: Offset(rawValue: 0xB))

    @Test("Deliveries of any size make one array, in order", arguments: [[], [1], [3], [1, 1], [2, 3, 1]])
    func readsBack(counts: [Int]) throws {
        var random = SeededGenerator(seed: 1)
        var batch = Batch()
        var expected: [EventContent] = []
        for count in counts {
            let events = try (0..<count).map { _ in try GeneratedEvent.event(&random) }
            var bytes = ByteBuffer()
            for event in events { bytes.writeImmutableBuffer(event.encoded(as: BatchEncoding())) }
            batch.append(bytes, count: count, through: Cursor(after: events[count - 1].id))
            expected += events.map { EventContent($0) }
        }
        #expect(batch.count == expected.count && batch.isEmpty == counts.isEmpty)
        #expect(batch.cursor?.description == expected.last?.id)
        let content = try self.content(batch)
        #expect(content.events == expected)
        #expect(content.resets == nil && content.cursor == "c\"\n")
    }

    @Test("A reset without a cursor leaves the cursor to what follows it")
    func resets() throws {
        var batch = Batch()
        batch.append(try self.notice(.unknown, cursor: nil))
        #expect(!batch.isEmpty && batch.cursor == nil)
        batch.append(try self.notice(.trimmed, cursor: Cursor(after: self.id)))
        #expect(batch.cursor == Cursor(after: self.id))
        let content = try self.content(batch)
        #expect(content.events.isEmpty && content.resets?.map(\.reason) == ["unknown", "trimmed"])
    }

    @Test(
        "If-None-Match is a cursor, whatever its form",
        arguments: [
            ([], nil), (["*"], nil), (["\"\""], nil), (["\"a\""], "a"), (["W/\"a\""], "a"), (["a"], "a"),
            (["*, \"a\""], "a"), (["\"x\", \"y\""], "x"), (["\"a-gzip\""], "a"), (["W/\"a-br\""], "a"),
            (["\"a;gzip\""], "a"), (["\"a--gzip\""], "a"), (["\"a\"-gzip"], "a"), (["\"a-gzip-gzip\""], "a"),
            (["\"a-zstd\""], "a"), (["\"gzip\""], "gzip"), (["\"agzip\""], "agzip"), (["\"-gzip\""], nil),
            (
                ["W/\"000000000000000a-000000000000000b-gzip\", \"000000000000000a-000000000000000a\""],
                "000000000000000a-000000000000000b"
            ),
            (
                ["\"000000000000000a-000000000000000b\", W/\"000000000000000a-000000000000000c\""],
                "000000000000000a-000000000000000c"
            ),
            (["\"z\"", "\"000000000000000a-000000000000000b\""], "000000000000000a-000000000000000b"),
        ] as [([String], String?)])
    func entityTags(fields: [String], expected: String?) {
        let fields = HTTPFields(pairs: fields.map { ("If-None-Match", $0) })
        #expect(PollEndpoint.furthestCursor(in: fields) == expected)
    }

    @Test func optionsHaveBounds() throws {
        #expect(try self.request("limit=1000&timeout=60").limit == 1000)
        #expect(try self.request("").timeout == 25)
        for query in ["limit=0", "limit=1001", "limit=x", "timeout=0", "timeout=61", "timeout=1.5", "limit=1&limit=2"] {
            #expect(throws: Problem.self) { try self.request(query) }
        }
    }

    private func request(_ query: String) throws -> BatchRequest {
        var request = StreamRequest(topics: [try Topic("t")], start: .latest)
        request.query = query.split(separator: "&").map { item in
            let parts = item.split(separator: "=")
            return (ByteString(parts[0]), ByteString(parts[1]))
        }
        return try BatchRequest(request)
    }

    private func notice(_ reason: ResetNotice.Reason, cursor: Cursor?) throws -> ResetNotice {
        ResetNotice(
            topic: try Topic("t"), reason: reason, requested: "x\ny", oldest: nil, latest: nil, cursor: cursor)
    }

    private func content(_ batch: Batch) throws -> Content {
        try JSONDecoder().decode(Content.self, from: Data(batch.body(cursor: "c\"\n").readableBytesView))
    }
}
