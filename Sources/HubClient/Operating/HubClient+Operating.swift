import ByteStrings
import NIOCore
import NIOHTTP1

extension HubClient {
    /// The topics that the bus knows, in the hub's order.
    /// - Parameter pageSize: How many to ask for at a time.
    /// - Throws: ``HubClientError``; with the code `unexpectedAnswer` also where the list does not end.
    public func topics(pageSize: Int = 1000) async throws(HubClientError) -> [TopicStatus] {
        var topics: [TopicStatus] = []
        var request = HubRequest(path: "/topics", query: [("limit", "\(pageSize)")])
        var bytes = 0
        while true {
            let (answer, endpoint) = try await self.connections.send(request)
            let page = try answer.decode(TopicPage.self, from: endpoint)
            topics += page.topics
            bytes += answer.body.readableBytes
            guard let next = page.next, !page.topics.isEmpty else { return topics }
            let isRepeated = request.query.last.map { $0.0 == "after" && $0.1.utf8.elementsEqual(next.utf8) } ?? false
            guard !isRepeated, bytes <= Self.maximumListByteCount else {
                throw HubClientError(.unexpectedAnswer, "\(endpoint) lists topics without an end: is it a hub?")
            }
            request.query = [("limit", "\(pageSize)"), ("after", next)]
        }
    }

    /// The most bytes that a list of topics may have over all of its pages: some millions of them.
    private static let maximumListByteCount = 512 << 20

    /// The first of the topics that the bus knows, in the hub's order.
    /// - Parameter count: How many at most, 1 to 1,000.
    /// - Throws: ``HubClientError``.
    public func topics(first count: Int) async throws(HubClientError) -> [TopicStatus] {
        let (answer, endpoint) = try await self.connections.send(
            HubRequest(path: "/topics", query: [("limit", "\(count)")]))
        return try answer.decode(TopicPage.self, from: endpoint).topics
    }

    /// What a hub tells Prometheus of itself, in its text format: one hub, so that a client of several can't know whose numbers they are.
    /// - Throws: ``HubClientError``.
    public func metrics() async throws(HubClientError) -> String {
        let (answer, _) = try await self.connections.send(HubRequest(path: "/metrics"))
        return String(buffer: answer.body)
    }

    /// What the hub says of one topic; `nil` if it does not know it.
    /// - Throws: ``HubClientError``.
    public func describe(topic: String) async throws(HubClientError) -> TopicStatus? {
        let request = HubRequest(path: "/topics", query: [("topic", topic)])
        let (answer, endpoint) = try await self.connections.send(request, expecting: [200, 404])
        guard answer.status == 200 else { return nil }
        return try answer.decode(TopicStatus.self, from: endpoint)
    }

    /// Drops a topic's replay buffer on every member. Ids go on rising, and older cursors are told `trimmed`.
    /// - Throws: ``HubClientError``.
    public func delete(topic: String) async throws(HubClientError) {
        let request = HubRequest(method: .DELETE, path: "/topics", query: [("topic", topic)])
        _ = try await self.connections.send(request, expecting: [200, 202, 204])
    }

    /// Lets the tokens of a subject that were issued up to now count no more, and ends its streams, on every member.
    /// - Parameter subject: Whose they are (`sub`).
    /// - Throws: ``HubClientError``. Repeating it does no harm.
    public func revoke(subject: String) async throws(HubClientError) {
        var request = HubRequest(method: .POST, path: "/revoke")
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        var body = JSONText(escapesMarkup: false)
        body.object { $0.member("sub", subject) }
        request.body = ByteBuffer(bytes: body.bytes)
        _ = try await self.connections.send(request)
    }

    /// Asks every hub for its condition.
    /// - Returns: One report for each address, in their order; a hub that can't be reached is not ready.
    public func health() async -> [HubHealth] {
        await withTaskGroup(of: (Int, HubHealth).self) { group in
            for (index, endpoint) in self.connections.endpoints.enumerated() {
                group.addTask { (index, await self.health(of: endpoint)) }
            }
            var reports: [(Int, HubHealth)] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func health(of endpoint: HubEndpoint) async -> HubHealth {
        do throws(HubClientError) {
            let answer = try await self.connections.send(HubRequest(path: "/health/ready"), to: endpoint)
            guard answer.status == 200 else { throw HubClientError(answer, from: endpoint) }
            return HubHealth(url: endpoint.base, isReady: true, detail: nil)
        } catch {
            return HubHealth(url: endpoint.base, isReady: false, detail: error.problem?.detail ?? error.message)
        }
    }
}
