import HTTPWire
import HubDoor
import NIOCore
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct OperatingAddressTests {
    private func withOperatingAddress(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ test: (_ main: TestServer, _ operating: TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run({
            $0.operating = OperatingAddress(host: "127.0.0.1", port: 0)
            configure(&$0)
        }) { main in
            let port = try #require(main.server.operatingAddress?.port)
            try await test(main, TestServer(server: main.server, hub: main.hub, port: port))
        }
    }

    @Test func operatingPathsAreThereAndOnlyLivenessIsWhereClientsConnect() async throws {
        try await self.withOperatingAddress { main, operating in
            #expect(main.port != operating.port)
            for path in ["/health/ready", "/metrics", "/topics", "/topics?topic=a"] {
                let hidden = try await main.request("GET", path)
                #expect(hidden.status == 404)
                let shown = try await operating.request("GET", path)
                #expect(shown.status == (path == "/topics?topic=a" ? 404 : 200))
                if shown.status == 404 { #expect(shown.body.contains("there is no topic 'a'")) }
            }
            for server in [main, operating] {
                let live = try await server.request("GET", "/health/live")
                #expect(live.status == 200)
            }
            for (method, path) in [("POST", "/publish?topic=a"), ("GET", "/sse?topic=a"), ("GET", "/hub.js")] {
                let absent = try await operating.request(method, path, body: method == "POST" ? "x" : nil)
                #expect(absent.status == 404)
            }
        }
    }

    @Test func aKeyIsNeededThereToo() async throws {
        try await self.withOperatingAddress({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { main, operating in
            _ = try await main.request("POST", "/publish?topic=a", headers: ["Authorization: Bearer k"], body: "x")
            let refused = try await operating.request("DELETE", "/topics?topic=a")
            #expect(refused.status == 401)
            let deleted = try await operating.request(
                "DELETE", "/topics?topic=a", headers: ["Authorization: Bearer k"])
            #expect(deleted.status == 204)
        }
    }

    @Test func whoFillsOneOfThemIsNotFeltAtTheOther() async throws {
        try await self.withOperatingAddress({
            $0.maximumConnections = 1
            $0.maximumOperatingConnections = 18
        }) { main, operating in
            try await main.connect { stream in
                stream.send("GET", "/sse?topic=a")
                try await stream.wait("the stream should begin") { text, _ in text.contains("200 OK") }
                var clients: [RawClient] = []
                for _ in 0..<40 { clients.append(try await RawClient.connect(port: main.port)) }
                for path in ["/health/ready", "/metrics", "/topics"] {
                    let answer = try await operating.request("GET", path)
                    #expect(answer.status == 200)
                }
                for _ in 0..<60 { clients.append(try await RawClient.connect(port: operating.port)) }
                // Nor can it be filled with silence.
                let scrape = try await operating.scrape()
                #expect(scrape["hub_connections_limit"] == 1)
                #expect(try #require(scrape["hub_operating_connections"]) <= 18)
                let live = try await main.request("GET", "/health/live")
                #expect(live.status == 200)
                for client in clients { await client.close() }
            }
        }
    }
}
