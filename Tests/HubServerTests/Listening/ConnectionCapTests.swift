import HTTPWire
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct ConnectionCapTests {
    private static let browser = ["Sec-Fetch-Mode: cors", "Cache-Control: no-cache"]
    private static let key = "Authorization: Bearer k"

    /// Holds so many streams while a test runs.
    private static func holding(
        _ count: Int, of server: TestServer, headers: [String] = [], _ test: () async throws -> Void
    ) async throws {
        guard count > 0 else { return try await test() }
        try await server.connect { client in
            client.send("GET", "/sse?topic=a", headers: headers)
            try await client.wait("the stream should begin") { text, _ in text.contains("200 OK") }
            try await self.holding(count - 1, of: server, headers: headers, test)
        }
    }

    @Test func connectionsOverTheCapAreToldSoAndWhoWatchesIsStillAnswered() async throws {
        try await TestServer.run({ $0.maximumConnections = 2 }) { server in
            try await Self.holding(2, of: server) {
                for (method, target) in [("POST", "/publish?topic=a"), ("GET", "/topics"), ("GET", "/openapi.yaml")] {
                    let refused = try await server.request(method, target, body: method == "POST" ? "x" : nil)
                    #expect(refused.status == 503)
                    #expect(refused["retry-after"] != nil)
                    #expect(refused["connection"] == "close")
                }
                let stream = try await server.request("GET", "/sse?topic=a", headers: Self.browser)
                #expect(stream.status == 200)
                #expect(stream.body.contains(#"data: {"reason":"shed"}"#))
                for target in ["/health/live", "/health/ready", "/metrics"] {
                    let watched = try await server.request("GET", target)
                    #expect(watched.status == 200)
                    #expect(watched["connection"] == "close")
                }
            }
            try await eventually("there should be room again") {
                try await server.request("POST", "/publish?topic=a", body: "x").status == 200
            }
        }
    }

    @Test func whoHasAKeyIsServedBeyondTheCap() async throws {
        try await TestServer.run({
            $0.maximumConnections = 2
            $0.access = AccessRules(keys: PublishKeys(["k"]))
        }) { server in
            try await Self.holding(2, of: server) {
                for headers in [[], ["Authorization: Bearer wrong"]] {
                    let refused = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
                    #expect(refused.status == 503)
                }
                let published = try await server.request("POST", "/publish?topic=a", headers: [Self.key], body: "x")
                #expect(published.status == 200)
                #expect(published["connection"] == "close")
                let listed = try await server.request("GET", "/topics", headers: [Self.key])
                #expect(listed.status == 200)
                // A key opens no stream that anybody may have.
                let stream = try await server.request("GET", "/sse?topic=a", headers: [Self.key])
                #expect(stream.status == 503)
                try await server.connect { client in
                    client.send("GET", "/ws?topic=a", headers: WebSocketClient.handshake + [Self.key])
                    try await client.wait("a publisher's socket should open") { text, _ in text.contains(" 101 ") }
                }
            }
        }
    }

    @Test func connectionsThatSayNothingMakeRoomTheOldestFirst() async throws {
        try await TestServer.run({ $0.maximumConnections = 3 }) { server in
            try await server.connect { silent in
                try await server.connect { asked in
                    asked.send("GET", "/health/live")
                    _ = try await asked.readAnswer()
                    try await server.connect { halfway in
                        halfway.send("POST /publish?topic=a HTTP/1.1\r\nHost:")
                        let answer = try await server.request("POST", "/publish?topic=a", body: "x")
                        #expect(answer.status == 200)
                        try await silent.waitForClose()
                        #expect(!asked.isClosed && !halfway.isClosed)
                        let scrape = try await server.scrape()
                        #expect(try #require(scrape["hub_connections_replaced_total"]) >= 1)
                    }
                }
            }
        }
    }

    @Test func nobodyCanFillTheReserveWithSilence() async throws {
        try await TestServer.run({
            $0.maximumConnections = 1
            $0.access = AccessRules(keys: PublishKeys(["k"]))
        }) { server in
            try await Self.holding(1, of: server) {
                var silent: [RawClient] = []
                for _ in 0..<60 { silent.append(try await RawClient.connect(port: server.port)) }
                let published = try await server.request("POST", "/publish?topic=a", headers: [Self.key], body: "x")
                #expect(published.status == 200)
                let live = try await server.request("GET", "/health/live")
                #expect(live.status == 200)
                // The others have little time.
                for client in silent { try await client.waitForClose(seconds: Patience.seconds(15)) }
            }
        }
    }

    /// Clients whose bodies are refused, and who neither send them to the end nor close.
    private static func refused(_ count: Int, by server: TestServer) async throws -> [RawClient] {
        var clients: [RawClient] = []
        for _ in 0..<count {
            let client = try await RawClient.connect(port: server.port, outlivesEnd: true)
            client.send("POST", "/nothing", headers: ["Content-Length: 1000000"])
            // One after the other: who has yet to ask would go for the next.
            #expect([404, 503].contains(try await client.readAnswer().status))
            clients.append(client)
        }
        return clients
    }

    @Test func whoseBodyIsRefusedHoldsNoPlace() async throws {
        try await TestServer.run(
            loops: 4,
            {
                $0.maximumConnections = 16
                $0.limits.lingerTime = .seconds(60)
                $0.limits.excessHeadTime = .seconds(20)
                $0.access = AccessRules(keys: PublishKeys(["k"]))
            }
        ) { server in
            try await Self.holding(16, of: server) {
                let clients = try await Self.refused(100, by: server)
                for _ in 0..<40 {
                    let headers = [Self.key]
                    let published = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
                    #expect(published.status == 200)
                }
                for client in clients { await client.close() }
            }
        }
    }

    @Test func onlySoManyLingerTheNewest() async throws {
        try await TestServer.run({
            $0.maximumConnections = 200
            $0.limits.lingerTime = .seconds(60)
        }) { server in
            let clients = try await Self.refused(100, by: server)
            // They hold no place: there is the connection that asks.
            try await server.wait("few should linger") {
                $0["hub_connections"] == 1 && $0["hub_connections_lingering"] == 16
            }
            for client in clients.prefix(84) {
                client.send("the rest")
                try await client.waitForClose()
            }
            for client in clients.suffix(16) { client.send("the rest") }
            let scrape = try await server.scrape()
            #expect(scrape["hub_connections_lingering"] == 16)
            for client in clients { await client.close() }
        }
    }

    @Test func roomIsMadeOnOtherLoopsToo() async throws {
        try await TestServer.run(loops: 4, { $0.maximumConnections = 8 }) { server in
            var silent: [RawClient] = []
            for _ in 0..<8 { silent.append(try await RawClient.connect(port: server.port)) }
            try await server.wait("all should be there") { $0["hub_connections"] ?? 0 >= 8 }
            for _ in 0..<8 {
                try await eventually("there should be room") {
                    try await server.request("POST", "/publish?topic=a", body: "x").status == 200
                }
            }
            for client in silent { await client.close() }
        }
    }

    @Test func oneAddressMayHaveOnlySoMany() async throws {
        try await TestServer.run({
            $0.maximumConnectionsPerAddress = 1
            $0.access = AccessRules(keys: PublishKeys(["k"]))
        }) { server in
            try await Self.holding(1, of: server) {
                let refused = try await server.request("GET", "/sse?topic=a")
                #expect(refused.status == 429)
                #expect(refused["retry-after"] != nil)
                let published = try await server.request("POST", "/publish?topic=a", headers: [Self.key], body: "x")
                #expect(published.status == 200)
            }
        }
    }

    @Test func behindATrustedProxyTheClientsAddressCounts() async throws {
        try await TestServer.run({
            $0.maximumConnectionsPerAddress = 1
            $0.trustedProxies = [AddressRange("127.0.0.0/8"), AddressRange("10.0.0.0/8")].compactMap { $0 }
        }) { server in
            let chain = ["X-Forwarded-For: 1.2.3.4, 192.0.2.1, 10.1.1.1"]
            try await Self.holding(1, of: server, headers: chain) {
                // What a client says of itself in the other field changes nothing.
                let headers = ["Forwarded: for=192.0.2.9", "X-Forwarded-For: 192.0.2.1"]
                let same = try await server.request("GET", "/sse?topic=a", headers: headers)
                #expect(same.status == 429)
                let scrape = try await server.scrape()
                #expect(scrape["hub_connections_turned_away_total"] == 1)
                try await Self.holding(1, of: server, headers: ["X-Forwarded-For: 192.0.2.2"]) {}
            }
            try await eventually("the address should be free again") {
                let answer = try await server.request(
                    "POST", "/publish?topic=a", headers: ["X-Forwarded-For: 192.0.2.1"], body: "x")
                return answer.status == 200
            }
        }
    }

    @Test func aListeningSocketThatIsLostIsMadeAnew() async throws {
        try await TestServer.run { server in
            let channel = try #require(server.server.sockets.first?.channel)
            try await channel.close().get()
            try await eventually("it should be listened again") {
                (try? await server.request("GET", "/health/live").status) == 200
            }
        }
    }
}
