/// Opens streams, publishes events that carry the time, and counts what arrives and when.
///
/// Its calls block, and come from one thread.
public final class LoadGenerator {
    /// For how long nothing may arrive before the rest is given up, in nanoseconds.
    private static let patience: UInt64 = 3_000_000_000

    private let targets: [LoadTarget]
    private let groups: [StreamGroup]
    private let receiver: StreamReceiver
    private let thread: LoadThread

    /// Makes a generator.
    /// - Parameters:
    ///   - targets: The servers; streams and publishing connections take turns.
    ///   - groups: The streams.
    /// - Throws: ``LoadFailure`` if so many connections are not possible here.
    public init(_ targets: [LoadTarget], streams groups: [StreamGroup]) throws(LoadFailure) {
        try OpenFiles.require(connections: groups.reduce(0) { $0 + $1.count })
        self.targets = targets
        self.groups = groups
        self.receiver = try StreamReceiver()
        self.thread = try self.receiver.start()
        self.receiver.withState { $0.groups = groups.map { _ in GroupDeliveries() } }
    }

    /// Opens the streams, and waits until all have their heads.
    /// - Parameter timeout: How long to wait for the last of them, in seconds.
    /// - Returns: How long it took, in seconds.
    /// - Throws: ``LoadFailure`` if not all could be opened.
    @discardableResult
    public func open(timeout: Double = 60) throws(LoadFailure) -> Double {
        let begin = MonotonicTime.now
        for (number, group) in self.groups.enumerated() {
            try self.receiver.open(group, number: number, on: self.targets)
        }
        let deadline = MonotonicTime.now + UInt64(timeout * 1e9)
        while self.receiver.withState({ $0.opening }) > 0, MonotonicTime.now < deadline {
            MonotonicTime.sleep(1_000_000)
        }
        let (open, count, refusal) = self.receiver.withState { ($0.open, $0.connections.count, $0.refusal) }
        guard open == count else {
            throw LoadFailure("\(count - open) of \(count) streams were not opened\(refusal.map { ": \($0)" } ?? "")")
        }
        return Double(MonotonicTime.now - begin) / 1e9
    }

    /// Publishes, and waits until everything has arrived or nothing more comes.
    /// - Parameters:
    ///   - loads: What is published, at the same time.
    ///   - seconds: For how long.
    ///   - progress: Is called about every second with what there is so far.
    /// - Returns: What was counted during this call alone.
    /// - Throws: ``LoadFailure``.
    public func publish(
        _ loads: [PublishLoad], seconds: Double, progress: (LoadReport) -> Void = { _ in }
    ) throws(LoadFailure) -> LoadReport {
        self.receiver.withState { $0.resetCounts() }
        let begin = MonotonicTime.now
        let publishers = loads.map { Publisher($0, to: self.targets, seconds: seconds) }
        var threads: [LoadThread] = []
        for publisher in publishers { threads += try publisher.start() }
        var nextProgress = begin + 1_000_000_000
        while !publishers.allSatisfy(\.isDone) {
            MonotonicTime.sleep(5_000_000)
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
        return self.receiver.withState { state in
            var report = LoadReport()
            report.groups = Self.settle(state) { _ in count }
            report.closed = state.closed
            report.seconds = Double(MonotonicTime.now - begin) / 1e9
            return report
        }
    }

    /// Ends the streams and the thread that reads them.
    public func close() {
        self.receiver.withState { $0.closeAll() }
        self.receiver.stop()
        self.thread.join()
    }

    private func waitForRest(_ expected: Int) {
        var last = (count: -1, time: MonotonicTime.now)
        while true {
            let received = self.receiver.withState { $0.received }
            let now = MonotonicTime.now
            if received != last.count { last = (received, now) }
            guard received < expected, now - last.time < Self.patience else { return }
            MonotonicTime.sleep(1_000_000)
        }
    }

    private func report(_ publishers: [Publisher], since begin: UInt64) -> LoadReport {
        var report = LoadReport()
        for publisher in publishers { report.published.add(publisher.published) }
        let events = report.published.events
        self.receiver.withState { state in
            report.groups = Self.settle(state) { $0.reduce(0) { $0 + (events[$1] ?? 0) } }
            report.closed = state.closed
        }
        report.seconds = Double(MonotonicTime.now - begin) / 1e9
        return report
    }

    /// Compares what each stream got with what it should have got.
    private static func settle(_ state: StreamState, expected: ([Int]) -> Int) -> [GroupDeliveries] {
        var groups = state.groups
        for connection in state.connections where !connection.isStalled {
            let count = expected(connection.topics)
            groups[connection.group].expected += count
            groups[connection.group].lost += max(0, count - connection.received)
            groups[connection.group].repeated += max(0, connection.received - count)
        }
        return groups
    }
}
