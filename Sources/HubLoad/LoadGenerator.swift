/// Opens streams, publishes events that carry the time, and counts what arrives and when.
///
/// Its calls block, and come from one thread.
public final class LoadGenerator {
    /// For how long nothing may arrive before the rest is given up, in nanoseconds.
    private static let patience: UInt64 = 3_000_000_000

    private let targets: [LoadTarget]
    private let groups: [StreamGroup]
    /// One for each group, so that a group does not wait until another one's events are read.
    private let receivers: [StreamReceiver]
    private var threads: [LoadThread] = []

    /// Makes a generator.
    /// - Parameters:
    ///   - targets: The servers; streams and publishing connections take turns.
    ///   - groups: The streams.
    /// - Throws: ``LoadFailure`` if so many connections are not possible here.
    public init(_ targets: [LoadTarget], streams groups: [StreamGroup]) throws(LoadFailure) {
        try OpenFiles.require(connections: groups.reduce(0) { $0 + $1.count })
        self.targets = targets
        self.groups = groups
        var receivers: [StreamReceiver] = []
        for _ in groups { receivers.append(try StreamReceiver()) }
        self.receivers = receivers
        for receiver in receivers { self.threads.append(try receiver.start()) }
    }

    /// Opens the streams, and waits until all have their heads.
    /// - Parameter timeout: How long to wait for the last of them, in seconds.
    /// - Returns: How long it took, in seconds.
    /// - Throws: ``LoadFailure`` if not all could be opened.
    @discardableResult
    public func open(timeout: Double = 60) throws(LoadFailure) -> Double {
        let begin = MonotonicTime.now
        for (group, receiver) in zip(self.groups, self.receivers) {
            try receiver.open(group, on: self.targets, timeout: timeout)
        }
        let deadline = MonotonicTime.now + UInt64(timeout * 1e9)
        while self.sum(\.opening) > 0, MonotonicTime.now < deadline { MonotonicTime.sleep(1_000_000) }
        let (open, count) = (self.sum(\.open), self.sum(\.connections.count))
        guard open == count else {
            let refusal = self.receivers.lazy.compactMap { $0.withState(\.refusal) }.first
            throw LoadFailure("\(count - open) of \(count) streams were not opened\(refusal.map { ": \($0)" } ?? "")")
        }
        return Double(MonotonicTime.now - begin) / 1e9
    }

    /// Publishes, and waits until everything has arrived or nothing more comes.
    /// - Parameters:
    ///   - loads: What is published, at the same time.
    ///   - seconds: For how long.
    ///   - isStopped: Is asked again and again whether to publish no more before the time is over.
    ///   - progress: Is called about every second with what there is so far.
    /// - Returns: What was counted during this call alone.
    /// - Throws: ``LoadFailure``.
    public func publish(
        _ loads: [PublishLoad], seconds: Double, isStopped: () -> Bool = { false },
        progress: (LoadReport) -> Void = { _ in }
    ) throws(LoadFailure) -> LoadReport {
        for receiver in self.receivers { receiver.withState { $0.resetCounts() } }
        let begin = MonotonicTime.now
        let publishers = loads.map { Publisher($0, to: self.targets, seconds: seconds) }
        var threads: [LoadThread] = []
        for publisher in publishers { threads += try publisher.start() }
        var nextProgress = begin + 1_000_000_000
        while !publishers.allSatisfy(\.isDone) {
            MonotonicTime.sleep(5_000_000)
            if isStopped() { for publisher in publishers { publisher.stop() } }
            guard MonotonicTime.now >= nextProgress else { continue }
            nextProgress += 1_000_000_000
            progress(self.report(publishers, since: begin))
        }
        for thread in threads { thread.join() }
        self.waitForRest(self.report(publishers, since: begin).expected)
        return self.report(publishers, since: begin)
    }

    /// Waits until so many events have arrived in all, or nothing more comes.
    /// - Returns: What was counted since the streams were opened, or last published to.
    public func wait(forEventsPerStream count: Int) -> LoadReport {
        let begin = MonotonicTime.now
        self.waitForRest(self.groups.reduce(0) { $0 + ($1.isStalled ? 0 : $1.count * count) })
        return self.report(since: begin) { _ in count }
    }

    /// Ends the streams and the threads that read them.
    public func close() {
        for receiver in self.receivers {
            receiver.withState { $0.closeAll() }
            receiver.stop()
        }
        for thread in self.threads { thread.join() }
        self.threads = []
    }

    private func waitForRest(_ expected: Int) {
        var last = (count: -1, time: MonotonicTime.now)
        while true {
            let received = self.sum(\.received)
            let now = MonotonicTime.now
            if received != last.count { last = (received, now) }
            guard received < expected, now - last.time < Self.patience else { return }
            MonotonicTime.sleep(1_000_000)
        }
    }

    private func report(_ publishers: [Publisher], since begin: UInt64) -> LoadReport {
        var published = PublishReport()
        for publisher in publishers { published.add(publisher.published) }
        var report = self.report(since: begin) { $0.reduce(0) { $0 + (published.events[$1] ?? 0) } }
        report.published = published
        return report
    }

    private func report(since begin: UInt64, expected: ([Int]) -> Int) -> LoadReport {
        var report = LoadReport()
        report.groups = self.receivers.map { $0.withState { $0.deliveries(expected: expected) } }
        report.closed = self.sum(\.closed)
        report.seconds = Double(MonotonicTime.now - begin) / 1e9
        return report
    }

    private func sum(_ count: (StreamState) -> Int) -> Int {
        self.receivers.reduce(0) { sum, receiver in sum + receiver.withState { count($0) } }
    }
}
