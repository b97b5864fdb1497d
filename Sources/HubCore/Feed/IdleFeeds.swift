import DequeModule
import NIOCore

/// The topics that nobody listens to any more, in the order in which they were left. They stay for a while, so that whoever
/// comes back is served from memory; how many, and how much they may hold, has a bound.
struct IdleFeeds {
    private struct Turn {
        let topic: Topic
        let number: Int
        let since: NIODeadline
    }

    private var turns: Deque<Turn> = []
    /// The turn of each topic that is idle; earlier turns of it do not count.
    private var numbers: [Topic: Int] = [:]
    private var nextNumber = 0

    /// How many topics there are.
    var count: Int { self.numbers.count }

    /// How many turns are kept for them.
    var turnCount: Int { self.turns.count }

    /// The topics.
    var topics: some Sequence<Topic> { self.numbers.keys }

    /// Somebody has left a topic as the last.
    mutating func insert(_ topic: Topic, at time: NIODeadline) {
        self.nextNumber += 1
        self.numbers[topic] = self.nextNumber
        self.turns.append(Turn(topic: topic, number: self.nextNumber, since: time))
        // A topic that is left again and again has one turn that counts.
        guard self.turns.count > 2 * self.numbers.count + 64 else { return }
        self.turns.removeAll { self.numbers[$0.topic] != $0.number }
    }

    /// Somebody listens to a topic again, or it is gone.
    mutating func remove(_ topic: Topic) {
        self.numbers[topic] = nil
    }

    /// Takes out the topic that was left first.
    /// - Parameters:
    ///   - linger: Unless it was left for less than this.
    ///   - now: The time.
    mutating func popFirst(leftFor linger: TimeAmount = .zero, at now: NIODeadline = .distantFuture) -> Topic? {
        while let turn = self.turns.first {
            let isCurrent = self.numbers[turn.topic] == turn.number
            if isCurrent, turn.since + linger > now { return nil }
            self.turns.removeFirst()
            guard isCurrent else { continue }
            self.numbers[turn.topic] = nil
            return turn.topic
        }
        return nil
    }
}
