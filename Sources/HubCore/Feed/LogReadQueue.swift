import DequeModule
import NIOCore

/// Reads of logs, so many at a time: a storm of clients that come back must leave the bus able to answer all others in time.
///
/// Sendable is safe without a check: all stored state is touched only on `bus.eventLoop`, where the methods are called and
/// reads are answered.
final class LogReadQueue: @unchecked Sendable {
    typealias Completion = @Sendable (Result<LogPage, any Error>) -> Void

    private struct Read {
        let topic: Topic
        let range: LogRange
        let limit: Int
        let completion: Completion
    }

    private let bus: any EventBus
    private let concurrency: Int
    private var waiting: Deque<Read> = []
    private var underWay = 0

    /// Makes a queue.
    /// - Parameters:
    ///   - bus: Where logs are read.
    ///   - concurrency: How many reads may be under way at once.
    init(bus: any EventBus, concurrency: Int) {
        self.bus = bus
        self.concurrency = concurrency
    }

    /// Reads a part of a log when its turn comes.
    /// - Parameters:
    ///   - topic: The topic.
    ///   - range: Which entries.
    ///   - limit: How many at most.
    ///   - completion: Gets the answer, on the bus's loop.
    func read(_ topic: Topic, _ range: LogRange, limit: Int, completion: @escaping Completion) {
        self.waiting.append(Read(topic: topic, range: range, limit: limit, completion: completion))
        self.advance()
    }

    private func advance() {
        while self.underWay < self.concurrency, let read = self.waiting.popFirst() {
            self.underWay += 1
            self.bus.read(read.topic, read.range, limit: read.limit).whenComplete { result in
                self.underWay -= 1
                read.completion(result)
                self.advance()
            }
        }
    }
}
