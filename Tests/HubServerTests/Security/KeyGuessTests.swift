import HTTPWire
import HubDoor
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct KeyGuessTests {
    private static let right = "Authorization: Bearer k"
    private static func guess(_ number: Int) -> String { "Authorization: Bearer guess-\(number)" }

    private static let entrances: [(method: String, target: String, headers: [String])] = [
        ("POST", "/publish?topic=a", []), ("GET", "/topics", []), ("DELETE", "/topics?topic=a", []),
        ("GET", "/ws?topic=a", WebSocketClient.handshake),
    ]

    private func withKeys(
        _ configure: (inout ServerConfiguration) -> Void = { _ in }, _ test: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(
            {
                $0.access = AccessRules(keys: PublishKeys(["k"]))
                configure(&$0)
            }, test)
    }

    private func status(
        _ server: TestServer, _ entrance: Int, _ headers: [String]
    ) async throws -> (status: Int, retryAfter: String?) {
        let (method, target, own) = Self.entrances[entrance]
        return try await server.connect { client in
            client.send(method, target, headers: own + headers, body: method == "POST" ? "x" : nil)
            try await client.wait("an answer should come") { text, _ in text.contains("\r\n\r\n") }
            let head = client.text
            let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return (status, head.firstMatch(of: /Retry-After: ([0-9]+)/).map { String($0.1) })
        }
    }

    @Test(arguments: 0..<4, [0, 3])
    func afterTenWrongKeysNoneIsLookedAt(_ shown: Int, _ tried: Int) async throws {
        try await self.withKeys { server in
            for number in 0..<10 {
                let answer = try await self.status(server, shown, [Self.guess(number)])
                // A socket that only listens needs no key.
                #expect(answer.status == (shown == 3 ? 101 : 401))
            }
            for header in [Self.guess(10), Self.right] {
                let answer = try await self.status(server, tried, [header])
                #expect(answer.status == 429)
                #expect((1...61).contains(Int(answer.retryAfter ?? "") ?? 0))
            }
            // Who shows no key is not concerned, nor who watches.
            let stream = try await self.status(server, 3, [])
            #expect(stream.status == 101)
            let anonymous = try await self.status(server, 0, [])
            #expect(anonymous.status == 401)
            let scrape = try await server.scrape()
            #expect(scrape[#"hub_keys_refused_total{reason="wrong"}"#] == 10)
            #expect(scrape[#"hub_keys_refused_total{reason="waiting"}"#] == 2)
        }
    }

    @Test func everyRefusedPublicationIsCounted() async throws {
        try await self.withKeys { server in
            for number in 0..<12 { _ = try await self.status(server, 0, [Self.guess(number)]) }
            _ = try await self.status(server, 0, [])
            _ = try await server.request("POST", "/publish", headers: ["Origin: https://evil.example"], body: "x")
            try await server.connect { raw in
                let (socket, _) = try await WebSocketClient.open(raw)
                socket.send(#"{"type":"publish","topic":"a","data":"x"}"#)
                try await raw.wait("it should be refused") { text, _ in text.contains("publish key") }
            }
            let scrape = try await server.scrape()
            #expect(scrape[#"hub_publish_requests_total{outcome="refused"}"#] == 15)
        }
    }

    @Test func aConnectionThatHasShownARightKeyGoesOn() async throws {
        try await self.withKeys { server in
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: [Self.right], body: "x")
                let answer = try await client.readAnswer()
                #expect(answer.status == 200)
                for number in 0..<10 { _ = try await self.status(server, 0, [Self.guess(number)]) }
                for _ in 0..<3 {
                    client.send("POST", "/publish?topic=a", headers: [Self.right], body: "x")
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 200)
                }
                // Until it guesses too.
                client.send("POST", "/publish?topic=a", headers: [Self.guess(11)], body: "x")
                let last = try await client.readAnswer()
                #expect(last.status == 401)
            }
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: [Self.right], body: "x")
                let answer = try await client.readAnswer()
                #expect(answer.status == 429)
            }
        }
    }

    @Test func behindATrustedProxyTheClientWaitsAndNotTheProxy() async throws {
        try await self.withKeys({ $0.trustedProxies = [AddressRange("127.0.0.0/8")].compactMap { $0 } }) { server in
            let guesser = "X-Forwarded-For: 192.0.2.1"
            for number in 0..<10 { _ = try await self.status(server, 0, [Self.guess(number), guesser]) }
            let waiting = try await self.status(server, 0, [Self.right, guesser])
            #expect(waiting.status == 429)
            let other = try await self.status(server, 0, [Self.right, "X-Forwarded-For: 192.0.2.2"])
            #expect(other.status == 200)
        }
    }

    @Test(arguments: ["Basic dXNlcjpr", "Digest username=\"k\"", "Token k"])
    func credentialsOfAnotherSchemeCountLikeAWrongKey(_ credentials: String) async throws {
        try await self.withKeys { server in
            for entrance in [0, 1, 2, 0, 1, 2, 0, 1, 2, 0] {
                let answer = try await self.status(server, entrance, ["Authorization: \(credentials)"])
                #expect(answer.status == 401)
            }
            for header in ["Authorization: \(credentials)", Self.right] {
                let answer = try await self.status(server, 0, [header])
                #expect(answer.status == 429)
            }
            let anonymous = try await self.status(server, 0, [])
            #expect(anonymous.status == 401)
            let scrape = try await server.scrape()
            #expect(scrape[#"hub_keys_refused_total{reason="wrong"}"#] == 10)
            #expect(scrape[#"hub_keys_refused_total{reason="waiting"}"#] == 2)
        }
    }

    @Test func whoShowsNoCredentialsOrNeedsNoneDoesNotGuess() async throws {
        try await self.withKeys { server in
            for _ in 0..<12 {
                for headers in [[], ["Authorization:"], ["Authorization: Basic"], ["Authorization: Bearer"]] {
                    let answer = try await self.status(server, 0, headers)
                    #expect(answer.status == 401)
                }
                // What a browser adds for a proxy in front of the hub.
                let socket = try await self.status(server, 3, ["Authorization: Basic dXNlcjpr"])
                #expect(socket.status == 101)
            }
            let right = try await self.status(server, 0, [Self.right])
            #expect(right.status == 200)
            let scrape = try await server.scrape()
            #expect(scrape[#"hub_keys_refused_total{reason="wrong"}"#] == 0)
        }
    }

    @Test func aHubWithoutKeysLetsNobodyWait() async throws {
        try await TestServer.run { server in
            for number in 0..<20 {
                let answer = try await self.status(server, 0, [Self.guess(number)])
                #expect(answer.status == 200)
            }
        }
    }
}
