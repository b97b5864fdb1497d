import ArgumentParser
import HubClient

/// `hubctl watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show how the hubs named by --url are, and what they do: members, rates, latency and topics.",
        discussion: """
            Asks /metrics and /topics of every hub, at its --operating-port if it has one; /topics needs a key or an admin's token \
            where there are any. On a terminal it draws a page until q or Ctrl-C; elsewhere it prints one, and fails if no hub \
            answers. With --format json it prints an object a line until it is stopped.

            PUB/S and OUT/S are events, P50 and P99 the time from an event's arrival in a hub until its streams were given it, \
            LAG99 how late a hub's loops are, CPU how many processors are busy, and all of it since the line before.
            """)

    /// What a hub that hangs may cost of a tick.
    private static let patience = Duration.seconds(3)

    /// What a wait ended with.
    private enum Wait {
        case over, resized, quit
    }

    @Option(name: .shortAndLong, help: "How often to ask: 500ms, 2s, 1m.") var interval = TimeSpan(seconds: 2)
    @Option(name: [.customShort("F"), .long], help: "table, or json (one object a line).") var format = WatchFormat
        .table
    @Option(name: [.customShort("C"), .long], help: "Stop after so many pages or lines.") var count: Int?
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard self.count.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--count is '\(self.count ?? 0)', but must be at least 1")
        }
        guard self.interval.seconds >= 0.1 else { throw ValidationError("--interval must be at least 100ms") }
    }

    func run() async throws {
        var hubs: [HubClient] = []
        for url in self.connection.urls { hubs.append(try HubClient(self.configuration(of: url))) }
        Interruption.expect()
        let isPage = self.format == .table && StandardOutput.isTerminal
        let screen = isPage ? TerminalScreen() : nil
        let isReachable = await self.watch(hubs, on: screen)
        screen?.restore()
        for hub in hubs { await hub.shutdown() }
        guard isReachable || isPage else { throw ExitStatus.unavailable.code }
    }

    private func configuration(of url: String) -> HubClientConfiguration {
        var configuration = self.connection.configuration
        configuration.urls = [url]
        configuration.connectTimeout = Self.patience
        configuration.requestTimeout = Self.patience
        return configuration
    }

    /// - Returns: Whether any hub answered in the end.
    private func watch(_ hubs: [HubClient], on screen: TerminalScreen?) async -> Bool {
        var rest = self.count ?? (self.format == .table && screen == nil ? 1 : .max)
        var before = await Self.sample(hubs)
        var status = ClusterStatus(before, since: [])
        if let screen { self.draw(status, on: screen) }
        while rest > 0, await self.pause(status, on: screen) {
            let now = await Self.sample(hubs)
            status = ClusterStatus(now, since: before)
            before = now
            self.show(status, on: screen)
            rest -= 1
        }
        return status.isReachable
    }

    private func show(_ status: ClusterStatus, on screen: TerminalScreen?) {
        if let screen { return self.draw(status, on: screen) }
        guard self.format == .table else { return StandardOutput.write(WatchJSON(status, at: .now).text) }
        let lines = WatchTable(status).lines(title: Moment.now.text, width: .max, height: .max, isTerminal: false)
        StandardOutput.write(lines.map { $0 + "\n" }.joined())
    }

    private func draw(_ status: ClusterStatus, on screen: TerminalScreen) {
        let (width, height) = TerminalScreen.size
        let title = "\(Moment.now.text)  every \(self.interval)  q quits"
        screen.draw(WatchTable(status).lines(title: title, width: width, height: height, isTerminal: true))
    }

    /// Waits for the next tick, and draws anew meanwhile if the terminal has another size.
    /// - Returns: Whether to go on.
    private func pause(_ status: ClusterStatus, on screen: TerminalScreen?) async -> Bool {
        let end = ContinuousClock.now + self.interval.duration
        while true {
            switch await Self.wait(until: end, on: screen) {
            case .over: return true
            case .quit: return false
            case .resized: if let screen { self.draw(status, on: screen) }
            }
        }
    }

    private static func wait(until end: ContinuousClock.Instant, on screen: TerminalScreen?) async -> Wait {
        let size = TerminalScreen.size
        while ContinuousClock.now < end {
            if Interruption.signalNumber != nil || screen?.isQuit == true { return .quit }
            if screen != nil, TerminalScreen.size != size { return .resized }
            try? await Task.sleep(for: min(.milliseconds(50), ContinuousClock.now.duration(to: end)))
        }
        return Interruption.signalNumber == nil ? .over : .quit
    }

    private static func sample(_ hubs: [HubClient]) async -> [MemberSample] {
        await withTaskGroup(of: (Int, MemberSample).self) { group in
            for (index, hub) in hubs.enumerated() { group.addTask { (index, await MemberSample.take(from: hub)) } }
            var samples: [(Int, MemberSample)] = []
            for await sample in group { samples.append(sample) }
            return samples.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

/// How `hubctl watch` prints what it sees.
enum WatchFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}
