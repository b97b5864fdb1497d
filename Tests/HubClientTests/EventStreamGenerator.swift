import HubClient
import TestSupport

/// Writes event streams in every way that the standard allows, and knows what they mean.
struct EventStreamGenerator {
    private var random: SeededGenerator
    private var lastEventID = ""
    /// The stream.
    private(set) var bytes: [UInt8] = []
    /// What a parser has to find in it.
    private(set) var expected: [EventStreamParser.Output] = []

    private static let values = [
        "", "a", " leading", "trailing ", "a:b", ":", "héllo wörld", "日本語", "🎉\u{200D}🎉", "\u{FEFF}", "\t", "data: x",
        "\u{2028}", "x\0y",
    ]

    init(seed: UInt64, blockCount: Int) {
        self.random = SeededGenerator(seed: seed)
        if Bool.random(using: &self.random) { self.bytes += [0xEF, 0xBB, 0xBF] }
        for _ in 0..<blockCount { self.block() }
        if Bool.random(using: &self.random) { self.line("data", "cut off") }
    }

    private mutating func block() {
        var data: [String] = []
        var type: String?
        var id: String?
        var retry: Int?
        for _ in 0..<Int.random(in: 1...6, using: &self.random) {
            let value = Self.values.randomElement(using: &self.random)!
            switch Int.random(in: 0..<8, using: &self.random) {
            case 0: self.line("event", value); type = value
            case 1: self.line("id", value); if !value.contains("\0") { id = value }
            case 2:
                retry = Int.random(in: 0...86_400_000, using: &self.random)
                self.line("retry", "\(retry!)")
                self.expected.append(.reconnectionTime(retry!))
            case 3: self.line(["", "retry", "Data", "x"].randomElement(using: &self.random)!, value + "?")
            default: self.line("data", value); data.append(value)
            }
        }
        self.endLine()
        let isMoved = id.map { $0 != self.lastEventID } ?? false
        self.lastEventID = id ?? self.lastEventID
        if !data.isEmpty {
            self.expected.append(
                .message(
                    EventStreamMessage(
                        type: (type ?? "").isEmpty ? "message" : type!, data: data.joined(separator: "\n"), id: id,
                        lastEventID: self.lastEventID, retry: retry)))
        } else if isMoved {
            self.expected.append(.lastEventID(self.lastEventID))
        }
    }

    private mutating func line(_ field: String, _ value: String) {
        let needsSpace = value.hasPrefix(" ")
        let bare = value.isEmpty && Bool.random(using: &self.random) && !field.isEmpty
        self.bytes += Array(field.utf8)
        if !bare {
            self.bytes += Array((needsSpace || Bool.random(using: &self.random) ? ": " : ":").utf8)
            self.bytes += Array(value.utf8)
        }
        self.endLine()
    }

    private mutating func endLine() {
        // A lone CR before an LF of the next, empty line would be one CRLF.
        let ends: [[UInt8]] = self.bytes.last == 0x0D ? [[0x0D], [0x0D, 0x0A]] : [[0x0A], [0x0D], [0x0D, 0x0A]]
        self.bytes += ends.randomElement(using: &self.random)!
    }
}
