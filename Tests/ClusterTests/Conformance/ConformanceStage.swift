import HubClient

/// Where a scenario plays: a transport, hubs on one bus, and a way to publish.
struct ConformanceStage: Sendable {
    /// What the hubs share.
    enum Bus: String, Sendable, CaseIterable {
        case memory
        case redis
    }

    /// How many events of each topic are kept.
    static let replayCount = 20

    let transport: any Transport
    /// One hub on the memory bus, two on Redis.
    let hubs: [HubProcess]
    let client: HubClient

    /// Runs a test on a bus, and leaves nothing behind.
    static func with(
        _ bus: Bus, _ transport: any Transport, _ body: (ConformanceStage) async throws -> Void
    ) async throws {
        let arguments = ["--replay-count", "\(self.replayCount)"]
        switch bus {
        case .redis:
            try await TestCluster.with(hubs: 2, hubArguments: arguments) { cluster in
                try await body(ConformanceStage(transport: transport, hubs: cluster.hubs, client: cluster.clients[1]))
            }
        case .memory:
            let directory = try TestDirectory()
            let hub = HubProcess(in: directory, name: "hub", ["--heartbeat", "1s", "--drain", "1s"] + arguments)
            let result: Result<Void, any Error>
            do {
                try await hub.start()
                try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                    try await body(ConformanceStage(transport: transport, hubs: [hub], client: client))
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await hub.kill()
            directory.remove()
            try result.get()
        }
    }

    /// A topic that no other scenario knows.
    func topic(_ name: String) -> String { "\(name) \(UInt32.random(in: 0 ... .max))" }

    /// Publishes texts, one after the other, on the last of the hubs.
    /// - Returns: Their ids.
    @discardableResult
    func publish(_ texts: [String], to topics: String...) async throws -> [String] {
        var ids: [String] = []
        for text in texts {
            let publication = Publication(topics: topics, data: text)
            ids.append(try await self.client.publish(publication)[0].id)
        }
        return ids
    }

    /// Listens on the first of the hubs while something happens.
    func listen(
        to topics: String..., from start: StreamPlan.Start, _ body: (StreamListener) async throws -> Void
    ) async throws {
        let plan = StreamPlan(topics: topics, start: start)
        try await StreamListener.with(self.transport, plan, on: self.hubs[0], body)
    }
}
