import DequeModule

/// The connections of one loop that have had their last answer, and which are read on for a moment so that their clients see it
/// (RFC 9112, 9.6). There are only so many; the first goes for the next.
struct LingeringConnections {
    private typealias Turn = (id: ObjectIdentifier, number: Int)

    private let limit: Int
    private var turns: Deque<Turn> = []
    /// The turn of each connection; a connection that is gone has none.
    private var numbers: [ObjectIdentifier: Int] = [:]
    private var nextNumber = 0

    /// Makes room for so many.
    init(limit: Int) {
        self.limit = limit
    }

    /// Adds a connection.
    /// - Returns: The one that has to go for it, if there is one too many.
    mutating func insert(_ id: ObjectIdentifier) -> ObjectIdentifier? {
        self.nextNumber += 1
        self.numbers[id] = self.nextNumber
        self.turns.append((id, self.nextNumber))
        if self.turns.count > 2 * self.numbers.count + 64 { self.turns.removeAll { self.numbers[$0.id] != $0.number } }
        return self.numbers.count > self.limit ? self.popFirst() : nil
    }

    /// A connection is gone.
    mutating func remove(_ id: ObjectIdentifier) {
        guard !self.numbers.isEmpty else { return }
        self.numbers[id] = nil
    }

    /// Takes out the one that has been there for longest.
    mutating func popFirst() -> ObjectIdentifier? {
        while let turn = self.turns.popFirst() {
            guard self.numbers[turn.id] == turn.number else { continue }
            self.numbers[turn.id] = nil
            return turn.id
        }
        return nil
    }
}
