/// What a setting of a server means for what the hubs promise.
public struct Finding: Sendable, Hashable {
    /// The kinds of findings.
    public enum Level: String, Sendable {
        /// As it should be.
        case good = "ok"
        /// A choice, which has a price.
        case choice = "note"
        /// It should be changed.
        case warning = "warn"
        /// The hubs can't work.
        case fault = "FAIL"
    }

    /// How much it matters.
    public let level: Level
    /// One line.
    public let text: String

    init(_ level: Level, _ text: String) {
        self.level = level
        self.text = text
    }
}
