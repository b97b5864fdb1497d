import Foundation
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct LogWriterTests {
    private func line(_ number: Int) -> [UInt8] { Array("line \(number)\n".utf8) }

    /// The numbers of the lines, and how many the log says were dropped.
    private func content(_ text: String) -> (numbers: [Int], dropped: [Int]) {
        (
            text.matches(of: /line ([0-9]+)\n/).compactMap { Int($0.1) },
            text.matches(of: /warning log lines were dropped lines=([0-9]+)\n/).compactMap { Int($0.1) }
        )
    }

    @Test func aReaderThatStallsCostsLinesWhichTheLogCounts() async throws {
        let pipe = try UnreadPipe()
        pipe.fill()
        let descriptor = pipe.openForWriting()
        defer { close(descriptor) }
        let writer = LogWriter(descriptor: descriptor, maximumLines: 8)
        // None of them waits.
        for number in 0..<100 { writer.write(self.line(number)) }
        #expect(writer.droppedLines >= 80)
        try await eventually("the rest should come, but: \(pipe.read())") {
            let (numbers, dropped) = self.content(pipe.read())
            return numbers.count + dropped.reduce(0, +) == 100
        }
        let (numbers, dropped) = self.content(pipe.read())
        #expect(numbers == numbers.sorted() && numbers.first == 0)
        #expect(dropped.reduce(0, +) == writer.droppedLines)
        writer.write(self.line(100))
        try await eventually("it goes on") { self.content(pipe.read()).numbers.last == 100 }
    }

    @Test func linesAreBoundedByTheirBytesToo() async throws {
        let pipe = try UnreadPipe()
        pipe.fill()
        let descriptor = pipe.openForWriting()
        defer { close(descriptor) }
        let writer = LogWriter(descriptor: descriptor, maximumBytes: 4096)
        for _ in 0..<100 { writer.write([UInt8](repeating: 0x78, count: 1000)) }
        #expect(writer.droppedLines >= 88)
        try await eventually("the rest should be read") {
            _ = pipe.read()
            writer.flush(milliseconds: 1)
            return pipe.read().contains("log lines were dropped")
        }
    }

    @Test func theEndWaitsForTheLastLinesButNotForEver() async throws {
        let pipe = try UnreadPipe()
        let descriptor = pipe.openForWriting()
        defer { close(descriptor) }
        let writer = LogWriter(descriptor: descriptor)
        for number in 0..<100 { writer.write(self.line(number)) }
        writer.flush()
        #expect(self.content(pipe.read()).numbers.count == 100)
        pipe.fill()
        writer.write(self.line(100))
        writer.flush(milliseconds: 20)
        #expect(writer.droppedLines == 0)
        try await eventually("the last line should come") { self.content(pipe.read()).numbers.last == 100 }
    }

    @Test func aReaderThatIsGoneCostsLinesOnly() async throws {
        signal(SIGPIPE, SIG_IGN)
        let descriptor = try UnreadPipe.openWithoutReader()
        defer { close(descriptor) }
        let writer = LogWriter(descriptor: descriptor)
        for number in 0..<3 { writer.write(self.line(number)) }
        try await eventually("each line should be dropped") { writer.droppedLines == 3 }
    }
}
