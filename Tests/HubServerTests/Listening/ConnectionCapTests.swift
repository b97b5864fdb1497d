import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct ConnectionCapTests {
    private static let browser = ["Sec-Fetch-Mode: cors", "Cache-Control: no-cache"]

    @Test func connectionsOverTheCapAreToldSoAndHealthIsStillAnswered() async throws {
        try await TestServer.run({ $0.maximumConnections = 2 }) { server in
            try await server.connect { first in
                try await server.connect { second in
                    for client in [first, second] {
                        client.send("GET", "/health/live")
                        _ = try await client.readAnswer()
                    }
                    let refused = try await server.request("POST", "/publish?topic=a", body: "x")
                    #expect(refused.status == 503)
                    #expect(refused["retry-after"] != nil)
                    #expect(refused["connection"] == "close")
                    let stream = try await server.request("GET", "/sse?topic=a", headers: Self.browser)
                    #expect(stream.status == 200)
                    #expect(stream.body.contains(#"data: {"reason":"shed"}"#))
                    let health = try await server.request("GET", "/health/live")
                    #expect(health.status == 200)
                }
            }
            try await eventually("there should be room again") {
                try await server.request("POST", "/publish?topic=a", body: "x").status == 200
            }
        }
    }

    @Test func connectionsFarOverTheCapAreClosed() async throws {
        try await TestServer.run({ $0.maximumConnections = 1 }) { server in
            var clients: [RawClient] = []
            for _ in 0..<20 { clients.append(try await RawClient.connect(port: server.port)) }
            try await eventually("some should be closed") { clients.contains { $0.isClosed } }
            for client in clients { await client.close() }
        }
    }

    @Test func oneAddressMayHaveOnlySoMany() async throws {
        try await TestServer.run({ $0.maximumConnectionsPerAddress = 1 }) { server in
            try await server.connect { client in
                client.send("GET", "/health/live")
                _ = try await client.readAnswer()
                let refused = try await server.request("GET", "/sse?topic=a")
                #expect(refused.status == 429)
                #expect(refused["retry-after"] != nil)
            }
        }
    }

    @Test func behindATrustedProxyTheClientsAddressCounts() async throws {
        try await TestServer.run({
            $0.maximumConnectionsPerAddress = 1
            $0.trustedProxies = [AddressRange("127.0.0.0/8"), AddressRange("10.0.0.0/8")].compactMap { $0 }
        }) { server in
            try await server.connect { client in
                client.send("GET", "/sse?topic=a", headers: ["X-Forwarded-For: 1.2.3.4, 192.0.2.1, 10.1.1.1"])
                try await client.wait("the stream should begin") { text, _ in text.contains("200 OK") }
                let same = try await server.request("GET", "/sse?topic=a", headers: ["Forwarded: for=192.0.2.1"])
                #expect(same.status == 429)
                try await server.connect { other in
                    other.send("GET", "/sse?topic=a", headers: ["X-Forwarded-For: 192.0.2.2"])
                    try await other.wait("the stream should begin") { text, _ in text.contains("200 OK") }
                }
            }
            try await eventually("the address should be free again") {
                let answer = try await server.request(
                    "POST", "/publish?topic=a", headers: ["X-Forwarded-For: 192.0.2.1"], body: "x")
                return answer.status == 200
            }
        }
    }
}
