import Testing

/// Many subscribers, and what they count together.
struct SubscriberFleet: Sendable {
    let subscribers: [CheckingSubscriber]

    /// Starts so many subscribers; the first connection of each is to another hub.
    init(_ count: Int, _ plan: CheckingSubscriber.Plan) {
        self.subscribers = (0..<count).map { _ in CheckingSubscriber(plan) }
        for (index, subscriber) in self.subscribers.enumerated() { subscriber.start(offset: index) }
    }

    var ledgers: [Ledger] { self.subscribers.map(\.ledger) }

    /// Waits until every subscriber has a stream.
    func waitUntilOpen(within limit: Duration = .seconds(20)) async throws {
        try await waitUntil("all streams are open", within: limit) {
            self.ledgers.allSatisfy { !$0.openings.isEmpty && $0.byteCount > 0 }
        }
    }

    /// Waits until every subscriber has got every one of the numbers.
    func waitUntilReceived(_ expected: [String: Set<Int>], within limit: Duration = .seconds(30)) async throws {
        try await waitUntil("everybody got everything: \(self.summary(expected))", within: limit) {
            self.subscribers.allSatisfy { $0.ledger.hasAll(of: expected) }
        }
    }

    /// Waits until every subscriber was told of a reset with this reason for each of its topics.
    func waitUntilReset(_ reason: String, within limit: Duration = .seconds(30)) async throws {
        try await waitUntil("everybody was told '\(reason)': \(self.summary([:]))", within: limit) {
            self.subscribers.allSatisfy { subscriber in
                subscriber.plan.topics.allSatisfy {
                    subscriber.ledger.resets.contains(Ledger.Reset(topic: $0, reason: reason))
                }
            }
        }
    }

    func stop() async {
        for subscriber in self.subscribers { subscriber.drop() }
        for subscriber in self.subscribers { await subscriber.stop() }
    }

    /// What the subscribers counted, on one line.
    func summary(_ expected: [String: Set<Int>]) -> String {
        let ledgers = self.ledgers
        func sum(_ value: (Ledger) -> Int) -> Int { ledgers.reduce(0) { $0 + value($1) } }
        let reasons = Dictionary(grouping: ledgers.flatMap(\.resets), by: \.reason).mapValues(\.count)
        let resets = reasons.isEmpty ? "0" : reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        return "\(ledgers.count) clients, \(sum { $0.openings.count }) streams, \(sum(\.count)) received, "
            + "\(sum { $0.lost(of: expected) }) lost, \(sum(\.doubled)) doubled, \(sum(\.outOfOrder)) out of order, "
            + "resets: \(resets)"
    }

    /// Prints the count, and checks that nothing is lost, doubled or out of order.
    func expectNothingWrong(
        _ title: String, _ expected: [String: Set<Int>], resets: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        print("counted: \(title): \(self.summary(expected))")
        for ledger in self.ledgers {
            #expect(ledger.lost(of: expected) == 0, sourceLocation: sourceLocation)
            #expect(ledger.doubled == 0, sourceLocation: sourceLocation)
            #expect(ledger.outOfOrder == 0, sourceLocation: sourceLocation)
            if !resets { #expect(ledger.resets.isEmpty, sourceLocation: sourceLocation) }
        }
    }
}
