#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How a piece of text looks on a terminal.
enum Style: String {
    case heading = "1"
    case error = "1;31"
    case warning = "33"

    /// The text with the style; as it is where it is not a terminal, or where `NO_COLOR` asks for none.
    func applied(to text: String, isTerminal: Bool) -> String {
        let environment = ProcessInfo.processInfo.environment
        guard isTerminal, (environment["NO_COLOR"] ?? "").isEmpty, environment["TERM"] != "dumb" else { return text }
        return "\u{1B}[\(self.rawValue)m\(text)\u{1B}[0m"
    }
}
