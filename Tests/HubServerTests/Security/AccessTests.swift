import ByteStrings
import HubDoor
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct AccessTests {
    @Test func aPublishKeyIsNeededForWritingAndListingButNotForStreams() async throws {
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["one", "two"])) }) { server in
            let anonymous = try await server.request("POST", "/publish?topic=news", body: "x")
            #expect(anonymous.status == 401)
            #expect(anonymous["www-authenticate"] == "Bearer realm=\"hub\"")
            #expect(anonymous.body.contains("'news'"))
            for wrong in ["Bearer three", "Bearer on", "Bearer ", "Basic one", "one"] {
                let refused = try await server.request(
                    "POST", "/publish?topic=a", headers: ["Authorization: \(wrong)"], body: "x")
                #expect(refused.status == 401, "\(wrong)")
            }
            for key in ["Bearer one", "bearer two"] {
                let headers = ["Authorization: \(key)"]
                let taken = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
                #expect(taken.status == 200)
                let listed = try await server.request("GET", "/topics", headers: headers)
                #expect(listed.status == 200)
            }
            for (method, target) in [("GET", "/topics"), ("DELETE", "/topics?topic=a"), ("HEAD", "/topics")] {
                let refused = try await server.request(method, target)
                #expect(refused.status == 401)
            }
            for target in ["/health/ready", "/metrics"] {
                let open = try await server.request("GET", target)
                #expect(open.status == 200)
            }
        }
    }

    @Test func aForeignOriginMayNotWriteAndTheHubsOwnMay() async throws {
        try await TestServer.run({ $0.cors = CORSPolicy(origins: ["https://friend.example"]) }) { server in
            let cases = [
                ("https://evil.example", 403), ("null", 403), ("http://127.0.0.1", 200), ("https://127.0.0.1", 200),
                ("http://127.0.0.1:81", 403), ("https://friend.example", 200), ("https://friend.example.evil.org", 403),
            ]
            for (origin, status) in cases {
                let answer = try await server.request(
                    "POST", "/publish?topic=a", headers: ["Origin: \(origin)"], body: "x")
                #expect(answer.status == status, "\(origin): \(answer.body)")
                if status == 403 { #expect(answer.body.contains("'\(origin)'")) }
            }
            let deletion = try await server.request(
                "DELETE", "/topics?topic=a", headers: ["Origin: https://evil.example"])
            #expect(deletion.status == 403)
        }
    }

    @Test func aNameThatSomebodyElseOwnsIsNotTheOwnOriginOfAHubWithoutKeysOnLoopback() async throws {
        let cases = [
            ("rebound.example:8080", "http://rebound.example:8080", 403),
            ("localhost:8080", "http://localhost:8080", 200),
            ("hub.localhost", "https://hub.localhost", 200), ("[::1]:8080", "http://[::1]:8080", 200),
            ("127.0.0.1.rebound.example", "http://127.0.0.1.rebound.example", 403),
            ("friend.example", "https://friend.example", 200),
            ("rebound.example:8080", nil, 200),
        ]
        let friends = CORSPolicy(origins: ["https://friend.example"])
        try await TestServer.run({ $0.cors = friends }) { server in
            for (host, origin, status) in cases {
                let headers = ["Host: \(host)"] + (origin.map { ["Origin: \($0)"] } ?? [])
                let answer = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
                #expect(answer.status == status, "\(host): \(answer.body)")
                guard let origin else { continue }
                let preflight = ["Host: \(host)", "Origin: \(origin)", "Access-Control-Request-Method: POST"]
                let allowed = try await server.request("OPTIONS", "/publish", headers: preflight)
                #expect(allowed.status == (status == 200 ? 204 : 403), "\(host): \(allowed.body)")
            }
        }
        // Whoever has a key needs no other proof: behind a proxy the hub has a name of its owner's.
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { server in
            let headers = ["Host: hub.example", "Origin: https://hub.example", "Authorization: Bearer k"]
            let answer = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
            #expect(answer.status == 200, "\(answer.body)")
        }
    }

    @Test func anAllowedOriginMayReadAndErrorsToo() async throws {
        try await TestServer.run({ $0.cors = CORSPolicy(origins: ["https://friend.example"]) }) { server in
            for target in ["/health/live", "/nothing", "/sse"] {
                let answer = try await server.request("GET", target, headers: ["Origin: https://friend.example"])
                #expect(answer["access-control-allow-origin"] == "https://friend.example")
                #expect(answer["access-control-expose-headers"]?.contains("Hub-Replay") == true)
                #expect(answer["vary"] == "Origin")
                let foreign = try await server.request("GET", target, headers: ["Origin: https://evil.example"])
                #expect(foreign["access-control-allow-origin"] == nil)
                #expect(foreign["vary"] == "Origin")
            }
            try await server.connect { client in
                client.send("GET", "/sse?topic=a", headers: ["Origin: https://friend.example"])
                try await client.wait("the head should come") { text, _ in
                    text.contains("Access-Control-Allow-Origin: https://friend.example\r\n")
                }
            }
        }
    }

    @Test func aPreflightTellsWhatAPageMaySend() async throws {
        try await TestServer.run({ $0.cors = CORSPolicy(origins: ["*"]) }) { server in
            let headers = ["Origin: https://any.example", "Access-Control-Request-Method: POST"]
            let answer = try await server.request("OPTIONS", "/publish", headers: headers)
            #expect(answer.status == 204)
            #expect(answer["access-control-allow-origin"] == "*")
            #expect(answer["access-control-allow-methods"] == "POST, OPTIONS")
            let allowed = answer["access-control-allow-headers"] ?? ""
            for name in ["Last-Event-ID", "Authorization", "Content-Type", "Idempotency-Key"] {
                #expect(allowed.contains(name))
            }
            #expect(answer["access-control-max-age"] == "7200")
        }
        try await TestServer.run { server in
            let headers = ["Origin: https://any.example", "Access-Control-Request-Method: POST"]
            let answer = try await server.request("OPTIONS", "/publish", headers: headers)
            #expect(answer.status == 403)
        }
    }

    @Test func keysAreReadFromAFileAndReplaced() throws {
        #expect(try PublishKeyFile.keys(in: "# mine\r\none\n\n  two \n", path: "f") == ["one", "two"])
        #expect(try PublishKeyFile.keys(in: "one\r\n", path: "f") == ["one"])
        #expect(throws: InvalidSetting.self) { try PublishKeyFile.keys(in: "# none\n", path: "f") }
        #expect(throws: InvalidSetting.self) { try PublishKeyFile.keys(in: "with space\n", path: "f") }
        let keys = PublishKeys(["one"])
        keys.replace(with: ["two"])
        #expect(keys.prove("one") == nil)
        #expect(keys.prove("two") != nil)
    }
}
