import HubClient

/// Prints events on standard output, and what else there is to say of a stream on standard error.
struct EventPrinter {
    let format: EventFormat
    /// Whether the bare data has the topic before it.
    let namesTopics: Bool
    /// Whether nothing is said of interruptions.
    let isQuiet: Bool

    /// Prints an event.
    func print(_ event: StreamEvent) {
        let topic = self.namesTopics && self.format == .data ? EscapedText.line(event.topic) + "\t" : ""
        let text = topic + self.format.text(of: event)
        StandardOutput.write(StandardOutput.isTerminal ? Descriptor.printable(text) : text)
    }

    /// Says what is no event.
    func tell(_ item: StreamItem) {
        switch item {
        case .opened, .event: break
        case .reset(let reset):
            StandardError.complain(
                "reset (\(reset.reason)): events of '\(reset.topic)' may be missing after \(reset.requested ?? "?"); "
                    + "going on with \(reset.oldest ?? "what comes next")")
        case .close(let close):
            if !self.isQuiet { StandardError.complain("the hub closes the stream (\(close.reason))") }
        case .interrupted(let interruption):
            guard !self.isQuiet else { return }
            let wait = interruption.delay.formatted
            StandardError.complain("\(interruption.error); trying again \(wait)")
        }
    }
}

extension Duration {
    fileprivate var formatted: String {
        let milliseconds = self.components.seconds * 1000 + self.components.attoseconds / 1_000_000_000_000_000
        guard milliseconds >= 100 else { return "now" }
        return "in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}
