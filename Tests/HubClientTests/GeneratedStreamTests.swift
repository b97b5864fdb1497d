import HubClient
import Testing

@Suite("A parser of generated event streams")
struct GeneratedStreamTests {
    @Test("finds the same, whole, split in two at every byte, and byte by byte", arguments: 0..<40)
    func everySplit(seed: UInt64) throws {
        let stream = EventStreamGenerator(seed: seed, blockCount: 12)
        var whole = EventStreamParser()
        #expect(try whole.parse(stream.bytes) == stream.expected, "seed \(seed)")
        var drip = EventStreamParser()
        #expect(try stream.bytes.flatMap { try drip.parse([$0]) } == stream.expected, "seed \(seed), drip")
        for border in stream.bytes.indices {
            var parser = EventStreamParser()
            let output = try parser.parse(stream.bytes[..<border]) + parser.parse(stream.bytes[border...])
            #expect(output == stream.expected, "seed \(seed), split at \(border)")
        }
    }

    @Test("goes on after a drop at every byte without a hole or a repeat", arguments: 0..<10)
    func dropAnywhere(seed: UInt64) throws {
        var stream: [UInt8] = []
        for number in 1...20 { stream += Array("event: e\ndata: \(number)\ndata: \(seed)\nid: \(number)\n\n".utf8) }
        for border in stream.indices {
            var first = EventStreamParser()
            let before = Self.ids(try first.parse(stream[..<border]))
            let resumeAfter = Int(first.lastEventID) ?? 0
            #expect(before == Array(1..<(resumeAfter + 1)), "dropped at \(border)")
        }
    }

    private static func ids(_ output: [EventStreamParser.Output]) -> [Int] {
        output.compactMap { if case .message(let message) = $0 { Int(message.id ?? "") } else { nil } }
    }
}
