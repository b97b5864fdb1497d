import Synchronization

/// Publishes a load, a thread for each of its connections.
final class Publisher: Sendable {
    /// How late it may notice that it is to stop, in nanoseconds.
    private static let patience: UInt64 = 100_000_000

    private let load: PublishLoad
    private let targets: [LoadTarget]
    private let seconds: Double
    private let report = Mutex(PublishReport())
    private let running: Atomic<Int>
    private let isStopped = Atomic(false)

    /// Makes a publisher.
    /// - Parameters:
    ///   - load: What is published.
    ///   - targets: Where; its connections take turns.
    ///   - seconds: For how long.
    init(_ load: PublishLoad, to targets: [LoadTarget], seconds: Double) {
        self.load = load
        self.targets = targets
        self.seconds = seconds
        self.running = Atomic(load.connections)
    }

    /// Begins, in threads of its own.
    func start() throws(LoadFailure) -> [LoadThread] {
        let begin = MonotonicTime.now
        var threads: [LoadThread] = []
        for number in 0..<self.load.connections {
            threads.append(try LoadThread { self.run(number, begin: begin) })
        }
        return threads
    }

    /// Ends with the requests that are under way.
    func stop() { self.isStopped.store(true, ordering: .relaxed) }

    var isDone: Bool { self.running.load(ordering: .acquiring) == 0 }

    /// What was published so far.
    var published: PublishReport { self.report.withLock { $0 } }

    /// Connection `number` makes request `number`, and then every request that is as many further on as there are
    /// connections, so that each topic is published to in order where their numbers allow it.
    private func run(_ number: Int, begin: UInt64) {
        let connection = PublishConnection(to: self.targets[number % self.targets.count])
        let end = begin + UInt64(self.seconds * 1e9)
        var request = number
        while true {
            let due = begin + UInt64(Double(request) * 1e9 / self.load.rate)
            guard due < end, MonotonicTime.now < end, self.wait(until: due) else { break }
            self.publish(request, on: connection, begin: begin)
            request += self.load.connections
        }
        self.running.subtract(1, ordering: .releasing)
    }

    /// - Returns: Whether it goes on then.
    private func wait(until due: UInt64) -> Bool {
        while !self.isStopped.load(ordering: .relaxed) {
            let now = MonotonicTime.now
            guard due > now + Self.patience else {
                MonotonicTime.sleep(until: due)
                return true
            }
            MonotonicTime.sleep(until: now + Self.patience)
        }
        return false
    }

    private func publish(_ request: Int, on connection: PublishConnection, begin: UInt64) {
        let topic = self.load.topics.lowerBound + request % self.load.topics.count
        let time = MonotonicTime.now
        let events = (0..<self.load.eventsPerRequest).map { _ in EventMark.data(time: time, size: self.load.size) }
        let result = Result { () throws(LoadFailure) in try connection.publish(events, to: topic) }
        let now = MonotonicTime.now
        self.report.withLock { report in
            // The time until the next request is due belongs to this one.
            report.seconds = max(Double(now - begin) / 1e9, Double(request + 1) / self.load.rate)
            switch result {
            case .success:
                report.requests += 1
                report.events[topic, default: 0] += events.count
                report.latency.record(from: time, to: now)
            case .failure(let failure):
                report.failures += 1
                report.failure = report.failure ?? failure.description
            }
        }
        // A server that is away is not asked again at once.
        if case .failure = result { MonotonicTime.sleep(10_000_000) }
    }
}

/// Events that are published at an even rate.
public struct PublishLoad: Sendable {
    /// The topics, which take turns.
    public var topics: Range<Int>
    /// How many requests a second.
    public var rate: Double
    /// How many events each request has.
    public var eventsPerRequest: Int
    /// How many bytes the data of an event has.
    public var size: Int
    /// How many connections share the work; each waits for an answer before it asks again.
    public var connections: Int

    /// Makes a load.
    public init(
        topics: Range<Int> = 0..<1, rate: Double, eventsPerRequest: Int = 1, size: Int = 128, connections: Int = 1
    ) {
        self.topics = topics
        self.rate = rate
        self.eventsPerRequest = eventsPerRequest
        self.size = max(size, EventMark.byteCount)
        self.connections = connections
    }
}
