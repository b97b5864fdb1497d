import HubCore
import NIOCore
import Synchronization

/// Publishes 1, 2, 3, … to every topic as fast as the hub takes it, in turns that leave it air.
final class NumberedTopics: Sendable {
    private let topics: [String]
    private let hub: Hub
    private let isStopping = Atomic(false)

    init(_ topics: [String], on hub: Hub) {
        self.topics = topics
        self.hub = hub
    }

    /// Lets ``run()`` end after the number that is under way.
    func stop() { self.isStopping.store(true, ordering: .relaxed) }

    /// Publishes until ``stop()``.
    /// - Returns: The last number.
    func run() async throws -> Int {
        var number = 0
        repeat {
            number += 1
            var publications: [Publication] = []
            for topic in self.topics {
                publications.append(try Publication(topics: [Topic(topic)], data: EventData("\(topic) \(number)")))
            }
            _ = try await self.hub.bus.publish(publications).get()
            try await Task.sleep(for: .milliseconds(2))
        } while !self.isStopping.load(ordering: .relaxed)
        return number
    }
}
