import HubClient
import NIOHTTP1
import Testing

@Suite("A client, against answers that a hub rarely gives", .timeLimit(.minutes(1)))
struct ClientTests {
    private func with<Result>(
        _ scripts: [[ScriptedServer.Answer]], token: HubToken? = nil,
        _ body: (HubClient, [ScriptedServer]) async throws -> Result
    ) async throws -> Result {
        var servers: [ScriptedServer] = []
        for script in scripts { servers.append(try await ScriptedServer(script)) }
        var configuration = HubClientConfiguration(urls: servers.map(\.url), token: token)
        configuration.backoff = ReconnectBackoff(base: .milliseconds(5), maximum: .milliseconds(20))
        let result = try await HubClient.with(configuration) { try await body($0, servers) }
        for server in servers { try await server.stop() }
        return result
    }

    private let published = ScriptedServer.Answer.status("200 OK", body: #"{"events":[{"topic":"t","id":"1"}]}"#)

    @Test("publishes raw text with everything in its place")
    func raw() async throws {
        try await self.with([[self.published]], token: "s3cret") { hub, servers in
            let ids = try await hub.publish("häl\nlo", to: "a&b", "ü", event: "e f", retry: 5, key: "k1")
            #expect(ids == [PublishedEvent(topic: "t", id: "1")])
            let request = try #require(servers[0].requests.first)
            #expect(request.uri == "/publish?topic=a%26b&topic=%C3%BC&event=e%20f&retry=5")
            #expect(request.body == "häl\nlo")
            #expect(request.headers.first(name: "Idempotency-Key") == "k1")
            #expect(request.headers.first(name: "Authorization") == "Bearer s3cret")
        }
    }

    @Test("publishes batches as a line of JSON for each event")
    func batch() async throws {
        try await self.with([[self.published, self.published]]) { hub, servers in
            try await hub.publish(batch: [
                Publication(topic: "t", data: "1\n2"), Publication(topics: ["t"], data: "", event: "e", key: "k"),
            ])
            try await hub.publish(Publication(topic: "t", data: "x", retry: 3))
            #expect(servers[0].requests[0].headers.first(name: "Content-Type") == "application/x-ndjson")
            #expect(servers[0].requests[0].body.split(separator: "\n").count == 2)
            #expect(servers[0].requests[1].headers.first(name: "Content-Type") == "application/json")
            #expect(servers[0].requests[1].body.contains(#""retry":3"#))
        }
    }

    @Test("tells refusal, unavailability and an unknown outcome apart")
    func errors() async throws {
        let answers: [ScriptedServer.Answer] = [
            .problem("400 Bad Request", detail: "a topic must not be empty"),
            .problem("503 Service Unavailable", detail: "no bus", ["Retry-After: 7"]),
            .problem("504 Gateway Timeout", detail: "slow bus"), .raw(""), .status("200 OK", body: "<html>"),
        ]
        try await self.with([answers]) { hub, _ in
            var errors: [HubClientError] = []
            for _ in answers {
                do throws(HubClientError) { try await hub.publish("x", to: "t") } catch { errors.append(error) }
            }
            let codes: [HubClientError.Code] = [
                .refused, .unavailable, .outcomeUnknown, .outcomeUnknown, .unexpectedAnswer,
            ]
            #expect(errors.map(\.code) == codes)
            #expect(errors[0].problem?.detail == "a topic must not be empty")
            #expect(errors[0].message.hasSuffix("answered 400: a topic must not be empty"))
            #expect(errors[1].retryAfter == .seconds(7))
        }
    }

    @Test("goes on to the next hub after 503, and after a lost answer only with a key")
    func nextHub() async throws {
        let busy = ScriptedServer.Answer.problem("503 Service Unavailable", detail: "no bus")
        try await self.with([[busy], [self.published]]) { hub, _ in
            let published = try await hub.publish("x", to: "t")
            #expect(published.count == 1)
        }
        try await self.with([[.raw("")], [self.published]]) { hub, servers in
            await #expect(throws: HubClientError.self) { try await hub.publish("x", to: "t") }
            #expect(servers[1].requests.isEmpty)
        }
        try await self.with([[.raw("")], [self.published]]) { hub, servers in
            let published = try await hub.publish("x", to: "t", key: "k")
            #expect(published.count == 1)
            #expect(servers[0].requests.count == 1)
        }
    }

    @Test("says that nothing was sent when no hub listens")
    func unreachable() async throws {
        let server = try await ScriptedServer([])
        try await server.stop()
        try await HubClient.with(HubClientConfiguration(urls: [server.url])) { hub in
            do throws(HubClientError) {
                try await hub.publish("x", to: "t")
                Issue.record("it worked")
            } catch {
                #expect(error.code == .unreachable)
                #expect(error.message == "cannot reach \(server.url): Connection refused")
            }
        }
    }

    @Test("resumes at the next hub with the last id, gives out nothing twice, and ends when it is refused")
    func resume() async throws {
        let first = "id: 0\n\n:\ndata: 1\nid: 1\n\ndata: 2\nid: 2\n\ndata: cut\nid: 3\n"
        let second = "data: 2\nid: 2\n\nevent: n\ndata: 3\nid: 3\n\n"
        let gone = ScriptedServer.Answer.problem("401 Unauthorized", detail: "no key")
        try await self.with([[.stream(first), gone], [.stream(second)]]) { hub, servers in
            var seen: [String] = []
            do {
                for try await item in hub.subscribe(to: ["t"], from: .earliest) {
                    if case .event(let event) = item { seen.append("\(event.id ?? "")=\(event.data)") }
                }
                Issue.record("the stream ended without an error")
            } catch let error as HubClientError {
                #expect(error.code == .refused && error.status == 401 && error.problem?.detail == "no key")
            }
            #expect(seen == ["1=1", "2=2", "3=3"])
            #expect(servers[0].requests[0].uri == "/sse?topic=t&prime=true&last_event_id=earliest")
            #expect(servers[1].requests[0].headers.first(name: "Last-Event-ID") == "2")
            #expect(servers[0].requests[1].headers.first(name: "Last-Event-ID") == "3")
        }
    }

    @Test("sends topics that no address holds as a form")
    func manyTopics() async throws {
        let gone = ScriptedServer.Answer.problem("401 Unauthorized", detail: "no key")
        try await self.with([[.stream("data: 1\nid: 1\n\n"), gone]]) { hub, servers in
            let topics = (0..<100).map { "\($0)&" + String(repeating: "é", count: 20) }
            await #expect(throws: HubClientError.self) {
                for try await _ in hub.subscribe(to: topics, from: .earliest) {}
            }
            let first = servers[0].requests[0]
            #expect(first.uri == "/sse")
            #expect(first.headers.first(name: "Content-Type") == "application/x-www-form-urlencoded")
            #expect(first.body.hasPrefix("topic=0%26%C3%A9"))
            #expect(first.body.hasSuffix("&format=json&prime=true&last_event_id=earliest"))
            #expect(first.body.split(separator: "&").count == 103)
            #expect(servers[0].requests[1].headers.first(name: "Last-Event-ID") == "1")
        }
    }

    @Test("polls for what there is, and knows whether there is more")
    func poll() async throws {
        let event = #"{"id":"7","topic":"a","event":"e","data":"x","retry":5}"#
        let reset = #"{"topic":"b","reason":"trimmed","requested":"1","oldest":null,"latest":null}"#
        let script: [ScriptedServer.Answer] = [
            .status(
                "200 OK", ["Hub-Poll-After: 0"], body: #"{"events":[\#(event)],"resets":[\#(reset)],"cursor":"c7"}"#),
            .status("200 OK", ["Hub-Poll-After: 10"], body: #"{"events":[],"cursor":"c7"}"#),
            .status("200 OK", body: #"{"events":[]}"#),
        ]
        try await self.with([script]) { hub, servers in
            let first = try await hub.poll(["a", "b"], from: .earliest)
            #expect(first.events == [StreamEvent(id: "7", topic: "a", name: "e", data: "x", retry: 5)])
            #expect(first.resets.map(\.topic) == ["b"] && first.resets.first?.reason == .trimmed)
            #expect(first.hasMore && first.cursor == "c7")
            let second = try await hub.poll(["a", "b"], from: .after(first.cursor), limit: 3)
            #expect(second.events.isEmpty && second.resets.isEmpty && !second.hasMore)
            await #expect(throws: HubClientError.self) { try await hub.poll(["a"], from: .latest) }
            await #expect(throws: HubClientError.self) { try await hub.poll([], from: .latest) }
            let asked = ["/poll?topic=a&topic=b&limit=1000&cursor=earliest", "/poll?topic=a&topic=b&limit=3&cursor=c7"]
            #expect(servers[0].requests.map(\.uri) == asked + ["/poll?topic=a&limit=1000"])
        }
    }

    @Test("tries again after 429 and 503, and takes no other page for a stream")
    func retries() async throws {
        let script: [ScriptedServer.Answer] = [
            .problem("429 Too Many Requests", detail: "later", ["Retry-After: 0"]),
            .problem("503 Service Unavailable", detail: "later", ["Retry-After: 0"]),
            .status("200 OK", ["Content-Type: text/html"], body: "<html>"),
        ]
        try await self.with([script]) { hub, servers in
            await #expect(throws: HubClientError.self) {
                for try await _ in hub.subscribe(to: ["t"]) {}
            }
            #expect(servers[0].requests.count == 3)
        }
    }

    @Test("ends without an error when its task is cancelled")
    func cancellation() async throws {
        try await self.with([[.problem("503 Service Unavailable", detail: "no", ["Retry-After: 3600"])]]) {
            hub, servers in
            let task = Task {
                var items: [StreamItem] = []
                for try await item in hub.subscribe(to: ["t"]) { items.append(item) }
                return items.count
            }
            while servers[0].requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            task.cancel()
            #expect(try await task.value <= 1)
        }
    }

    @Test("refuses addresses that are none")
    func addresses() {
        for url in [
            "", "hub:8080", "ftp://h", "http://", "http://h/?q", "http://u:p@h", "http://h/#f",
            "http://127.0.0.1:99999",
        ] {
            #expect(throws: HubClientError.self, "\(url)") {
                try HubClient(HubClientConfiguration(urls: [url]))
            }
        }
    }
}
