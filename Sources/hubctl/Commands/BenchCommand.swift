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
            file for each stream (ulimit -n), and processor time of its own: beside the hub it competes with it.
            """)

    @Option(help: "How many streams.") var subscribers = 1000
    @Option(help: "How many topics; publishes take turns.") var topics = 1
    @Option(help: "How many of the topics each stream has.") var topicsPerSubscriber = 1
    @Option(help: "How many publish requests a second.") var rate = 10.0
    @Option(help: "How many events each request has; several are an NDJSON batch.") var batch = 1
    @Option(help: "How many bytes of data an event has, at least 23.") var size = 128
    @Option(help: "For how long to publish: 500ms, 10s, 5m.") var duration = LoadDuration(seconds: 10)
    @Option(help: "How many connections publish; each waits for an answer before it asks again.") var publishers = 1
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
        await self.deleteTopics((0..<self.topics).map(targets[0].topic))
        let report = try result.get()
        StandardOutput.write(LoadSummary(report).text)
        guard report.lost + report.repeated + report.published.failures + report.closed == 0 else {
            throw IncompleteDelivery(report)
        }
    }

    private func measure(_ targets: [LoadTarget]) throws -> LoadReport {
        let streams = StreamGroup(
            self.subscribers, topics: 0..<self.topics, topicsPerStream: self.topicsPerSubscriber)
        let generator = try LoadGenerator(targets, streams: [streams])
        defer { generator.close() }
        self.show("opening \(self.subscribers) streams")
        let opening = try generator.open()
        StandardOutput.write("opened \(self.subscribers) streams in \(opening.formatted(2)) s\n")
        let load = PublishLoad(
            topics: 0..<self.topics, rate: self.rate, eventsPerRequest: self.batch, size: self.size,
            connections: self.publishers)
        let report = try generator.publish([load], seconds: self.duration.seconds) { self.show(LoadSummary($0).line) }
        self.show("")
        return report
    }

    private func show(_ line: String) {
        guard StandardError.isTerminal else { return }
        StandardError.overwrite(line)
    }

    /// What was published is of no use to anybody; where it can't be deleted it passes its age.
    private func deleteTopics(_ topics: [String]) async {
        try? await HubClient.with(self.connection.configuration) { hub in
            for topic in topics { try await hub.delete(topic: topic) }
        }
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
