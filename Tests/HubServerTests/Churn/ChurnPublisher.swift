import Synchronization
import TestSupport

/// Publishes 1, 2, 3, … to every topic as fast as the hub takes it, in turns that leave it air.
final class ChurnPublisher: Sendable {
    /// What the events of a churn are.
    enum Sample {
        static let topics = (0..<40).map { "t\($0)" }
        /// Topics some of whose events are larger than a connection's send buffer.
        static let largeTopics = topics.prefix(8)

        private static let padding = " " + String(repeating: "x", count: 192 << 10)

        /// The data of an event.
        static func data(_ topic: Substring, _ number: Int) -> String {
            let isLarge = self.largeTopics.firstIndex { $0 == topic } == number % self.largeTopics.count
            return "\(topic) \(number)\(isLarge ? self.padding : "")"
        }
    }

    private let client: RawClient
    private let isStopping = Atomic(false)
    private let current = Atomic(0)

    /// - Parameter client: A connection to the hub.
    init(_ client: RawClient) {
        self.client = client
    }

    /// The last number that was published to all topics.
    var number: Int { self.current.load(ordering: .relaxed) }

    /// Lets ``run()`` end after the number that is under way.
    func stop() { self.isStopping.store(true, ordering: .relaxed) }

    /// Publishes until ``stop()``.
    func run() async throws {
        repeat {
            let number = self.number + 1
            let lines = Sample.topics.map { #"{"topic":"\#($0)","data":"\#(Sample.data($0[...], number))"}"# }
            self.client.send(
                "POST", "/publish", headers: ["Content-Type: application/x-ndjson"],
                body: lines.joined(separator: "\n"))
            let answer = try await self.client.readAnswer(seconds: Patience.seconds(30))
            guard answer.status == 200 else { throw RawClient.Timeout(description: "not published: \(answer.body)") }
            self.current.store(number, ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(2))
        } while !self.isStopping.load(ordering: .relaxed)
    }
}
