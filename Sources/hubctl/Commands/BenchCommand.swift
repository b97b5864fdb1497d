import ArgumentParser
import HubClient
import HubLoad

/// `hubctl bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Put a load on a hub, and tell what arrived, and when; fails if anything was lost.",
        discussion: """
            Opens streams at /sse and publishes at an even rate, from this machine and over plain http://, on topics of its own \
            that are deleted afterwards. With several --url the streams and the publishing connections take turns. A \
            latency reaches from before a publish request is sent until a stream has read the event. This process needs an open \
            file for each stream (ulimit -n), and processor time of its own: beside the hub it competes with it. Ctrl-C ends it \
            early: what there is by then is printed, the topics are deleted, and the exit status is 130.
            """)

    @Option(name: [.customShort("c"), .long], help: "How many streams.") var subscribers = 1000
    @Option(help: "How many topics; publishes take turns.") var topics = 1
    @Option(help: "How many of the topics each stream has.") var topicsPerSubscriber = 1
    @Option(name: .shortAndLong, help: "How many publish requests a second.") var rate = 10.0
    @Option(help: "How many events each request has; several are an NDJSON batch.") var batch = 1
    @Option(help: "How many bytes of data an event has, at least 23.") var size = 128
    @Option(name: .shortAndLong, help: "For how long to publish: 500ms, 10s, 5m.") var duration = TimeSpan(seconds: 10)
    @Option(help: "How many connections publish; each waits for an answer before it asks again.") var publishers = 1
    @Option(
        name: [.customShort("F"), .long], help: "text: a line for each thing; json: one object, with times in seconds.")
    var format = BenchFormat.text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        for (name, value, range) in [
            ("subscribers", self.subscribers, 1...1_000_000), ("topics", self.topics, 1...1_000_000),
            ("topics-per-subscriber", self.topicsPerSubscriber, 1...self.topics.clamped(to: 1...100)),
            ("batch", self.batch, 1...1000), ("size", self.size, EventMark.byteCount...(16 << 20)),
            ("publishers", self.publishers, 1...1000),
        ] where !range.contains(value) {
            throw ValidationError("--\(name) \(value) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        guard self.rate > 0, self.rate <= 1_000_000 else {
            throw ValidationError("--rate \(self.rate) is not above 0, and 1000000 at most")
        }
        for url in self.connection.urls where !url.hasPrefix("http://") {
            throw ValidationError(
                "\(url): only plain http:// is measured, since the cost of TLS would be this process's own")
        }
    }

    func run() async throws {
        let prefix = "hubctl-bench-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        var targets: [LoadTarget] = []
        for url in self.connection.urls {
            targets.append(
                try LoadTarget(url: url, topicPrefix: prefix, token: self.connection.credential))
        }
        let result = Result { try self.measure(targets) }
        if case .success(let result) = result { StandardOutput.write(self.format.text(of: result)) }
        await self.deleteTopics((0..<self.topics).map(targets[0].topic), prefix)
        let measured = try result.get()
        if let status = Interruption.exitStatus { throw ExitCode(status) }
        guard measured.isComplete else { throw IncompleteDelivery(measured.report) }
    }

    private func measure(_ targets: [LoadTarget]) throws -> BenchResult {
        let streams = StreamGroup(
            self.subscribers, topics: 0..<self.topics, topicsPerStream: self.topicsPerSubscriber)
        let generator = try LoadGenerator(targets, streams: [streams])
        defer { generator.close() }
        self.show("opening \(self.subscribers) streams")
        let opening = try generator.open()
        if self.format == .text {
            StandardOutput.write("opened \(self.subscribers) streams in \(opening.formatted(2)) s\n")
        }
        // There is nothing to clean up before.
        Interruption.expect()
        let load = PublishLoad(
            topics: 0..<self.topics, rate: self.rate, eventsPerRequest: self.batch, size: self.size,
            connections: self.publishers)
        let report = try generator.publish(
            [load], seconds: self.duration.seconds, isStopped: { Interruption.signalNumber != nil }
        ) { self.show(LoadSummary($0).line) }
        self.show("")
        return BenchResult(
            streams: self.subscribers, openingSeconds: opening, report: report,
            isInterrupted: Interruption.signalNumber != nil)
    }

    private func show(_ line: String) {
        guard StandardError.isTerminal else { return }
        StandardError.overwrite(line)
    }

    /// What was published is of no use to anybody; where it can't be deleted it passes its age.
    private func deleteTopics(_ topics: [String], _ prefix: String) async {
        do {
            try await HubClient.with(self.connection.configuration) { hub in
                for topic in topics { try await hub.deleteIfThere(topic) }
            }
        } catch {
            StandardError.complain("the topics \(prefix)-0 and so on could not be deleted: \(error)")
        }
    }
}

extension HubClient {
    /// Not every topic was published to.
    fileprivate func deleteIfThere(_ topic: String) async throws {
        do throws(HubClientError) {
            try await self.delete(topic: topic)
        } catch {
            guard error.status == 404 else { throw error }
        }
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
