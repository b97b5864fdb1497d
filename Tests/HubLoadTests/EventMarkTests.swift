import Testing

@testable import HubLoad

struct EventMarkTests {
    @Test func dataHasTheSizeAndTheTimeThatWereAskedFor() {
        for (size, time) in [(23, UInt64(0)), (128, 1_234_567_890_123_456_789), (3, .max / 2)] {
            let data = EventMark.data(time: time, size: size)
            #expect(data.count == max(size, 23))
            #expect(self.scan([data]) == [time])
        }
    }

    @Test(arguments: 1..<60) func marksAreFoundHoweverTheStreamIsCut(length: Int) {
        let times: [UInt64] = (0..<5).map { 1_000_000_000_000_000_000 + $0 * 7_777_777_777 }
        var stream = Array("4d\r\nid: @@1-2@\ndata: @".utf8)
        for time in times { stream += EventMark.data(time: time, size: 40) + Array("\n\r\n@@12345@@ @@x".utf8) }
        let parts = Swift.stride(from: 0, to: stream.count, by: length).map {
            Array(stream[$0..<min($0 + length, stream.count)])
        }
        #expect(self.scan(parts) == times)
    }

    @Test func whatOnlyLooksLikeAMarkIsNone() {
        for text in ["@@123456789012345678x@@", "@@1234567890123456789@x", "x@1234567890123456789@@"] {
            #expect(self.scan([Array(text.utf8)]).isEmpty)
        }
    }

    /// Reads the parts of a stream as a receiver does.
    private func scan(_ parts: [[UInt8]]) -> [UInt64] {
        var times: [UInt64] = []
        var carry: [UInt8] = []
        for part in parts {
            let bytes = carry + part
            let rest = bytes.withUnsafeBytes { EventMark.scan($0) { times.append($0) } }
            #expect(rest < EventMark.byteCount)
            carry = Array(bytes.suffix(rest))
        }
        return times
    }
}
