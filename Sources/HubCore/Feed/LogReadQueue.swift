import DequeModule
import NIOCore

/// Reads of logs, so many at a time: a storm of clients that come back must leave the bus able to answer all others in time.
///
/// Sendable is safe without a check: all stored state is touched only on the bus's loop, where the methods are called and
/// reads are answered.
final class LogReadQueue: @unchecked Sendable {
    typealias Completion = @Sendable (Result<LogPage, any Error>) -> Void

    private struct Read {
        let topic: Topic
        let range: LogRange
        let limit: Int
        let completion: Completion
    }

    private let concurrency: Int
    private let readLog: (Topic, LogRange, _ limit: Int) -> EventLoopFuture<LogPage>
    private var waiting: Deque<Read> = []
    private var underWay = 0
    private var isAdvancing = false

    /// Makes a queue.
    /// - Parameters:
    ///   - concurrency: How many reads may be under way at once.
    ///   - readLog: Reads a log, and answers on the bus's loop.
    init(concurrency: Int, readLog: @escaping (Topic, LogRange, _ limit: Int) -> EventLoopFuture<LogPage>) {
        self.concurrency = concurrency
        self.readLog = readLog
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

    /// A bus that is away answers at once: the reads that wait are then refused one after the other, and not one within the
    /// other, for which no stack is deep enough.
    private func advance() {
        guard !self.isAdvancing else { return }
        self.isAdvancing = true
        defer { self.isAdvancing = false }
        while self.underWay < self.concurrency, let read = self.waiting.popFirst() {
            self.underWay += 1
            self.readLog(read.topic, read.range, read.limit).whenComplete { result in
                self.underWay -= 1
                read.completion(result)
                self.advance()
            }
        }
    }
}
