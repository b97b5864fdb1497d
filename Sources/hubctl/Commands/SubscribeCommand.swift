import ArgumentParser
import HubClient

/// `hubctl subscribe`.
struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Print the events of topics as they come; reconnects and resumes by itself.",
        discussion: """
            Events go to standard output; resets, by which the hub says that events may be missing, and interruptions go to \
            standard error. It runs until it is stopped, until --count events were printed, until --timeout is over, or until a \
            hub refuses it. Of several topics the bare data has its topic before it, with a tab between.

            --timeout ends with 124 if fewer than --count events came by then, or, without --count, none.

            A topic that begins with a dash stands behind --, if it might be an option.
            """)

    private static let lineCounts = 0...100_000

    @Argument(help: "The topics.") var topics: [String]
    @Option(help: "Begin after the event with this id; or 'earliest', or 'latest'.") var from: String?
    @Option(
        name: .shortAndLong, help: "Begin with what was published since then: 10m, 2h, or 2026-01-31T12:00:00Z.")
    var since: String?
    @Option(name: [.customShort("n"), .long], help: "Begin with the last so many events that there are; 0 to 100000.")
    var lines: Int?
    @Option(
        name: [.customShort("F"), .long],
        help: "data: the bare data; json: the whole event on a line; sse: blocks of text/event-stream.")
    var format = EventFormat.data
    @Option(name: [.customShort("C"), .long], help: "Stop after so many events.") var count: Int?
    @Option(
        name: [.customShort("W"), .long],
        help: ArgumentHelp("Stop after this time: 500ms, 10s, 5m, 1h.", valueName: "duration"))
    var timeout: TimeSpan?
    @Flag(name: .shortAndLong, help: "Print the topic before the data of one topic too.") var verbose = false
    @Flag(name: .shortAndLong, help: "Print no topic before the data of several.") var bare = false
    @Flag(name: .shortAndLong, help: "Say nothing of interruptions; resets are still told.") var quiet = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard [self.from, self.since, self.lines.map(String.init)].compactMap(\.self).count <= 1 else {
            throw ValidationError("give one of --from, --since and --lines")
        }
        guard self.count.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--count is '\(self.count ?? 0)', but must be at least 1")
        }
        guard self.lines.map(Self.lineCounts.contains) ?? true else {
            throw ValidationError("--lines is '\(self.lines ?? 0)', but must be from 0 to 100000")
        }
        guard !self.verbose || !self.bare else { throw ValidationError("give --verbose or --bare, not both") }
    }

    func run() async throws {
        let printer = EventPrinter(
            format: self.format, namesTopics: !self.bare && (self.verbose || self.topics.count > 1),
            isQuiet: self.quiet)
        let listener = EventListener(
            topics: self.topics, start: self.start, limit: self.count ?? .max, printer: printer)
        try await HubClient.with(self.connection.configuration) { hub in
            guard let timeout = self.timeout else {
                _ = try await listener.listen(at: hub)
                return
            }
            let count = try await Self.run(for: timeout) { try await listener.listen(at: hub) }
            let wanted = self.count ?? 1
            guard count >= wanted else { throw TooFewEvents(count: count, wanted: wanted, time: timeout) }
        }
    }

    private var start: EventListener.Start {
        if let count = self.lines { return count > 0 ? .last(count) : .stream(.latest) }
        if let since = self.since { return .stream(.since(since)) }
        switch self.from {
        case nil, "latest": return .stream(.latest)
        case "earliest": return .stream(.earliest)
        case .some(let id): return .stream(.after(id))
        }
    }

    /// Cancels what is done when its time is over.
    /// - Returns: What came of it by then.
    private static func run(
        for time: TimeSpan, _ body: @escaping @Sendable () async throws -> Int
    ) async throws -> Int {
        let work = Task(operation: body)
        let alarm = Task {
            try await Task.sleep(for: time.duration)
            work.cancel()
        }
        defer { alarm.cancel() }
        do {
            return try await work.value
        } catch let error as HubClientError where error.code == .cancelled {
            // It was still looking for the place where to begin.
            return 0
        }
    }
}

/// The time was over before there were enough events.
struct TooFewEvents: Error, CustomStringConvertible {
    let count: Int
    let wanted: Int
    let time: TimeSpan

    var description: String { "only \(self.count) of \(self.wanted) events came within \(self.time)" }
}
