import HubCore

/// Random events that try to break a line-based format: the same for the same seed.
struct GeneratedEvent {
    private static let pieces = [
        "", " ", "  ", "\n", "\n\n", ":", ": ", "data: ", "id: 1\n", "event: x", "\u{FEFF}", "\r\n", "\r", "\0", "\t",
        "\u{85}", "\u{2028}", "\u{2029}", "é", "e\u{301}", "日本語", "👩‍👩‍👧", "\u{10FFFF}", "\"", "\\", "\\u0000", "/",
        "\u{1}", "\u{1F}", "\u{7F}", "{\"a\":1}", "</script>", "hello", "<!--", "-->", "]]>", "<script>", "</SCRIPT ",
        "&lt;", "<", ">", "&", "'", "<!-- <script>", "</",
    ]

    static func text(_ random: inout some RandomNumberGenerator, atMost count: Int = 8) -> String {
        (0..<Int.random(in: 0...count, using: &random)).map { _ in self.pieces.randomElement(using: &random)! }.joined()
    }

    /// A name that the rules for event names allow, or none.
    static func name(_ random: inout some RandomNumberGenerator) -> String? {
        let text = self.text(&random, atMost: 3)
        return try? EventName(text).name
    }

    static func topic(_ random: inout some RandomNumberGenerator) throws -> Topic {
        let text = self.text(&random, atMost: 3)
        return try (try? Topic(text)) ?? Topic("news")
    }

    static func event(_ random: inout some RandomNumberGenerator) throws -> Event {
        Event(
            id: EventID(
                epoch: Epoch(rawValue: .random(in: 0 ... .max, using: &random)),
                offset: Offset(rawValue: .random(in: 0 ... .max, using: &random))),
            topic: try self.topic(&random), previous: .zero, name: self.name(&random),
            data: EventData(self.text(&random)),
            retry: Bool.random(using: &random) ? .random(in: 0...86_400_000, using: &random) : nil)
    }
}
