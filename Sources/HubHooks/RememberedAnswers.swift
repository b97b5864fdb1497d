import Crypto

/// Answers of an application that hold for a while, by what was asked. However many questions strangers think of, it has its bound.
struct RememberedAnswers {
    private static let maximumCount = 8192

    private struct Entry {
        let verdict: HookVerdict
        /// In seconds since 1970.
        let end: Double
    }

    private var recent: [SHA256Digest: Entry] = [:]
    /// Those that were recent before.
    private var former: [SHA256Digest: Entry] = [:]

    /// The answer to a question, if it still holds.
    func verdict(_ question: SHA256Digest, now: Double) -> HookVerdict? {
        guard let entry = self.recent[question] ?? self.former[question], now < entry.end else { return nil }
        return entry.verdict
    }

    /// Remembers an answer.
    mutating func remember(_ verdict: HookVerdict, to question: SHA256Digest, until end: Double) {
        if self.recent.count >= Self.maximumCount / 2 { (self.former, self.recent) = (self.recent, [:]) }
        self.recent[question] = Entry(verdict: verdict, end: end)
    }
}
