import ArgumentParser
import HubClient

/// `hubctl subscribe`.
struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Print the events of topics as they come; reconnects and resumes by itself.",
        discussion: """
            Events go to standard output; resets, by which the hub says that events may be missing, and interruptions go to \
            standard error. It runs until it is stopped, until --count events were printed, or until a hub refuses it.
            """)

    @Argument(help: "The topics.") var topics: [String]
    @Option(help: "Begin after the event with this id; or 'earliest', or 'latest'.") var from: String?
    @Option(help: "Begin with what was published since then: 10m, 2h, or 2026-01-31T12:00:00Z.") var since: String?
    @Option(help: "data: the bare data; json: the whole event on a line; sse: blocks of text/event-stream.")
    var format = EventFormat.data
    @Option(help: "Stop after so many events.") var count: Int?
    @Flag(name: .shortAndLong, help: "Say nothing of interruptions; resets are still told.") var quiet = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard self.from == nil || self.since == nil else { throw ValidationError("give --from or --since, not both") }
        guard self.count.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--count is '\(self.count ?? 0)', but must be at least 1")
        }
    }

    func run() async throws {
        try await HubClient.with(self.connection.configuration) { hub in
            var rest = self.count ?? .max
            for try await item in hub.subscribe(to: self.topics, from: self.start) {
                guard case .event(let event) = item else {
                    self.tell(item)
                    continue
                }
                StandardOutput.write(self.text(of: event))
                rest -= 1
                if rest == 0 { return }
            }
        }
    }

    private var start: StreamStart {
        if let since = self.since { return .since(since) }
        switch self.from {
        case nil, "latest": return .latest
        case "earliest": return .earliest
        case .some(let id): return .after(id)
        }
    }

    private func text(of event: StreamEvent) -> String {
        let text = self.format.text(of: event)
        return StandardOutput.isTerminal ? Descriptor.printable(text) : text
    }

    private func tell(_ item: StreamItem) {
        switch item {
        case .opened, .event: break
        case .reset(let reset):
            StandardError.complain(
                "reset (\(reset.reason)): events of '\(reset.topic)' may be missing after \(reset.requested ?? "?"); "
                    + "going on with \(reset.oldest ?? "what comes next")")
        case .close(let close):
            if !self.quiet { StandardError.complain("the hub closes the stream (\(close.reason))") }
        case .interrupted(let interruption):
            guard !self.quiet else { return }
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
