import HubClient
import NIOHTTP1
import Synchronization
import Testing

@Suite("A client whose token is a function", .timeLimit(.minutes(1)))
struct TokenTests {
    /// Gives one token after the other, the last one for ever; an empty one is a failure.
    private final class Source: Sendable {
        private struct Failure: Error, CustomStringConvertible {
            let description = "the issuer\nis away"
        }

        private let tokens: [String]
        private let asked = Mutex(0)

        init(_ tokens: String...) { self.tokens = tokens }

        var count: Int { self.asked.withLock { $0 } }

        var token: HubToken {
            HubToken {
                let step = self.asked.withLock { asked in
                    defer { asked += 1 }
                    return asked
                }
                let token = self.tokens[min(step, self.tokens.count - 1)]
                if token.isEmpty { throw Failure() }
                return token
            }
        }
    }

    private let published = ScriptedServer.Answer.status("200 OK", body: #"{"events":[{"topic":"t","id":"1"}]}"#)
    private let expired = ScriptedServer.Answer.problem("401 Unauthorized", detail: "the token has expired")

    private func with(
        _ script: [ScriptedServer.Answer], _ source: Source,
        _ body: (HubClient, ScriptedServer) async throws -> Void
    ) async throws {
        let server = try await ScriptedServer(script)
        var configuration = HubClientConfiguration(urls: [server.url], token: source.token)
        configuration.backoff = ReconnectBackoff(base: .milliseconds(5), maximum: .milliseconds(20))
        try await HubClient.with(configuration) { try await body($0, server) }
        try await server.stop()
    }

    private func shown(to server: ScriptedServer) -> [String?] {
        server.requests.map { $0.headers.first(name: "Authorization") }
    }

    @Test("asks it once for many requests, and again after 401")
    func requests() async throws {
        let source = Source("a", "b")
        try await self.with([self.published, self.published, self.expired, self.published], source) { hub, server in
            for _ in 0..<3 { try await hub.publish("x", to: "t") }
            #expect(self.shown(to: server) == ["Bearer a", "Bearer a", "Bearer a", "Bearer b"])
            #expect(Set(server.requests.map(\.body)) == ["x"])
            #expect(source.count == 2)
        }
    }

    @Test("asks it for every stream, and again after 401")
    func streams() async throws {
        let source = Source("a", "b", "c", "c")
        let script = [.stream("data: 1\nid: 1\n\n"), self.expired, .stream("data: 2\nid: 2\n\n"), self.expired]
        try await self.with(script, source) { hub, server in
            var data: [String] = []
            do {
                for try await item in hub.subscribe(to: ["t"]) {
                    if case .event(let event) = item { data.append(event.data) }
                }
            } catch let error as HubClientError {
                #expect(error.status == 401 && error.problem?.detail == "the token has expired")
            }
            #expect(data == ["1", "2"])
            #expect(self.shown(to: server) == ["Bearer a", "Bearer b", "Bearer c", "Bearer c"])
            #expect(server.requests.map { $0.headers.first(name: "Last-Event-ID") } == [nil, "1", "1", "2"])
            #expect(source.count == 5)
        }
    }

    @Test("sends nothing again with a token that was refused")
    func refusal() async throws {
        let source = Source("a")
        try await self.with([self.expired, self.expired], source) { hub, server in
            do throws(HubClientError) {
                try await hub.publish("x", to: "t")
                Issue.record("it worked")
            } catch {
                #expect(error.code == .refused && error.status == 401)
            }
            #expect(server.requests.count == 1)
            #expect(source.count == 2)
        }
    }

    @Test("takes its failure for temporary, and sends nothing meanwhile")
    func failure() async throws {
        try await self.with([self.published], Source("")) { hub, server in
            do throws(HubClientError) {
                try await hub.publish("x", to: "t")
                Issue.record("it worked")
            } catch {
                #expect(error.code == .noToken && error.message == "there is no token: the issuer is away")
            }
            #expect(server.requests.isEmpty)
        }
        try await self.with([.stream("data: 1\nid: 1\n\n")], Source("", "", "a")) { hub, server in
            var interruptions: [HubClientError.Code] = []
            for try await item in hub.subscribe(to: ["t"]) {
                if case .interrupted(let interruption) = item { interruptions.append(interruption.error.code) }
                if case .event = item { break }
            }
            #expect(interruptions == [.noToken, .noToken])
            #expect(self.shown(to: server) == ["Bearer a"])
        }
    }

    @Test("shows its token to no other host", arguments: ["301", "302", "303", "307", "308"])
    func redirection(_ status: String) async throws {
        let other = try await ScriptedServer([])
        let away = ScriptedServer.Answer.status("\(status) Elsewhere", ["Location: \(other.url)/sse"])
        try await self.with([away, away], Source("a")) { hub, server in
            await #expect(throws: HubClientError.self) { try await hub.publish("x", to: "t") }
            await #expect(throws: HubClientError.self) { for try await _ in hub.subscribe(to: ["t"]) {} }
            #expect(server.requests.count == 2)
        }
        #expect(other.requests.isEmpty)
        try await other.stop()
    }
}
