extension TestCluster {
    /// Publishes numbers to topics while something happens, and comes back once every number is acknowledged.
    func publishing(
        to topics: [String], pause: Duration = .milliseconds(5), while body: (NumberedPublisher) async throws -> Void
    ) async throws -> NumberedPublisher.Count {
        let publisher = NumberedPublisher(self.clients)
        let task = Task { await publisher.run(topics: topics, pause: pause) }
        do {
            try await waitUntil("events flow") { publisher.counted.total > 20 }
            try await body(publisher)
            let soFar = publisher.counted.total
            try await waitUntil("events flow again") { publisher.counted.total > soFar + 20 }
        } catch {
            task.cancel()
            publisher.stop()
            await task.value
            throw error
        }
        publisher.stop()
        await task.value
        return publisher.counted
    }
}
