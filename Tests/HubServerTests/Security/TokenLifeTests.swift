import HubCore
import HubDoor
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import HubServer

/// What becomes of a stream when its token ends, is renewed, or is taken back.
@Suite(.timeLimit(.minutes(2)))
struct TokenLifeTests {
    private static let grant = #""subscribe":["a","b"]"#

    private static func with(_ test: (TestServer, TestTokens) async throws -> Void) async throws {
        let tokens = try await TestTokens(publishKeys: ["key"], isTimeStill: true)
        try await TestServer.run({ $0.access = tokens.rules }) { try await test($0, tokens) }
    }

    private static func revoke(_ server: TestServer, _ subject: String) async throws {
        let answer = try await server.request(
            "POST", "/revoke", headers: ["Authorization: Bearer key", "Content-Type: application/json"],
            body: #"{"sub":"\#(subject)"}"#)
        #expect(answer.status == 200 && answer.body.hasPrefix(#"{"sub":"\#(subject)","before":"#), "\(answer.body)")
    }

    @Test(arguments: ["/sse?topic=a", "/iframe?topic=a&origin=http://127.0.0.1"], ["expired", "revoked"])
    func aStreamIsToldThatItsTokenEnds(path: String, reason: String) async throws {
        try await Self.with { server, tokens in
            let token = try tokens.token(Self.grant, expiresIn: reason == "expired" ? 0.5 : 60)
            try await server.connect { client in
                client.send("GET", path, headers: ["Authorization: Bearer \(token)"])
                try await client.wait("it begins") { text, _ in text.hasPrefix("HTTP/1.1 200 ") }
                if reason == "revoked" { try await Self.revoke(server, "ada") }
                try await client.waitForClose()
                #expect(client.text.contains("close") && client.text.contains(reason))
            }
            let metrics = try await server.request("GET", "/metrics").body
            #expect(metrics.contains(#"hub_streams_closed_total{reason="\#(reason)"} 1"#), "\(metrics)")
        }
    }

    @Test(arguments: ["expired", "revoked"])
    func aWebSocketIsToldThatItsTokenEnds(reason: String) async throws {
        try await Self.with { server, tokens in
            let token = try tokens.token(Self.grant, expiresIn: reason == "expired" ? 0.5 : 60)
            try await server.connect { raw in
                let (client, _) = try await WebSocketClient.open(raw, "/ws?topic=a&access_token=\(token)")
                _ = try await client.message()
                if reason == "revoked" { try await Self.revoke(server, "ada") }
                #expect(try await client.message().hasPrefix(#"{"type":"close","reason":"\#(reason)""#))
            }
        }
    }

    @Test func aLongPollEndsWithItsTokenAndItsCursor() async throws {
        try await Self.with { server, tokens in
            let token = try tokens.token(Self.grant, expiresIn: 0.5)
            let answer = try await server.request(
                "GET", "/long-poll?topic=a&timeout=60", headers: ["Authorization: Bearer \(token)"])
            #expect(answer.status == 200 && answer.body.hasPrefix(#"{"events":[],"cursor":""#), "\(answer.body)")
        }
    }

    /// A poll waits for the bus for four seconds at most, which a machine that is busy may take by itself.
    @Test func aPollWhoseTokenEndsMeanwhileIsAnswered() async throws {
        var statuses: [Int] = []
        while statuses.last != 200, statuses.count < 5 { statuses.append(try await Self.pollWhileATokenEnds()) }
        #expect(statuses.last == 200, "\(statuses)")
    }

    private static func pollWhileATokenEnds() async throws -> Int {
        let tokens = try await TestTokens(isTimeStill: true)
        let bus = Mutex<HeldBus?>(nil)
        var status = 0
        try await TestServer.run(
            { $0.access = tokens.rules },
            bus: { loop in
                let held = HeldBus(on: loop)
                bus.withLock { $0 = held }
                return held
            }
        ) { server in
            let headers = ["Authorization: Bearer \(try tokens.token(Self.grant, expiresIn: 0.2))"]
            try await server.connect { client in
                client.send("GET", "/poll?topic=a", headers: headers)
                try await eventually("it is being served") { bus.withLock { $0?.isAsked } == true }
                // For as long as that token holds.
                _ = try await server.request("GET", "/long-poll?topic=b&timeout=60", headers: headers)
                bus.withLock { $0 }?.release()
                status = try await client.readAnswer().status
            }
        }
        return status
    }

    @Test func aWebSocketRenewsItsTokenInPlace() async throws {
        try await Self.with { server, tokens in
            try await server.connect { raw in
                let first = try tokens.token(Self.grant)
                let (client, _) = try await WebSocketClient.open(raw, "/ws?topic=a&access_token=\(first)")
                _ = try await client.message()
                let second = try tokens.token(#""subscribe":["a","c"],"publish":["a"]"#, expiresIn: 60)
                client.send(#"{"type":"authorize","token":"\#(second)","ref":1}"#)
                #expect(try await client.message() == #"{"type":"authorized","ref":1}"#)
                // What the new token grants counts.
                client.send(#"{"type":"subscribe","topic":"b","ref":2}"#)
                #expect(try await client.message().contains("does not allow to subscribe to 'b'"))
                client.send(#"{"type":"publish","topic":"a","data":"x","ref":3}"#)
                let (one, two) = (try await client.message(), try await client.message())
                #expect((one + two).contains(#""type":"published""#) && (one + two).contains(#""data":"x""#))
            }
        }
    }

    @Test func aWebSocketKeepsItsTokenIfTheNewOneIsRefused() async throws {
        try await Self.with { server, tokens in
            try await server.connect { raw in
                let first = try tokens.token(Self.grant)
                let (client, _) = try await WebSocketClient.open(raw, "/ws?topic=a&access_token=\(first)")
                _ = try await client.message()
                for (token, reason) in [
                    ("x", "malformed"), (try tokens.token(Self.grant, expiresIn: -60), "expired"),
                    (try tokens.token(#""subscribe":["b"]"#), "does not allow to subscribe to 'a'"),
                    (try tokens.token(Self.grant, subject: "bob"), "another subject"),
                ] {
                    client.send(#"{"type":"authorize","token":"\#(token)"}"#)
                    let answer = try await client.message()
                    #expect(answer.hasPrefix(#"{"type":"error","#) && answer.contains(reason), "\(answer)")
                    #expect(!answer.contains(token) || token == "x")
                }
                client.send(#"{"type":"subscribe","topic":"b"}"#)
                #expect(try await client.message().hasPrefix(#"{"type":"subscribed""#))
                for _ in 0..<6 { client.send(#"{"type":"authorize","token":"x"}"#) }
                #expect(try await client.closeCode() == 1008)
            }
        }
    }

    @Test(arguments: ["/sse", "/publish?topic=a"])
    func aTokenThatIsTakenBackWhileTheRequestComesInCountsNoMore(path: String) async throws {
        try await Self.with { server, tokens in
            let token = try tokens.token(#""subscribe":["a"],"publish":["a"]"#)
            try await server.connect { client in
                client.send(
                    "POST \(path) HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token)\r\nContent-Length: 7\r\n"
                        + "Content-Type: \(path == "/sse" ? "application/x-www-form-urlencoded" : "text/plain")\r\n"
                        + "Expect: 100-continue\r\n\r\n")
                try await client.wait("the head was looked at") { text, _ in text.contains("100 Continue") }
                try await Self.revoke(server, "ada")
                client.send("topic=a")
                try await client.wait("it is refused") { text, _ in text.contains("HTTP/1.1 401 ") }
                #expect(client.text.contains("revoked"))
            }
        }
    }

    @Test func guessesOnAnOpenConnectionCountAsOthersDo() async throws {
        let tokens = try await TestTokens(publicTopics: ["a"])
        let others = try await TestTokens(secret: String(TestTokens.secret.reversed()))
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            let forged = try others.token(Self.grant)
            try await server.connect { raw in
                let (client, _) = try await WebSocketClient.open(raw)
                _ = try await client.message()
                for _ in 0..<GuessLimit.maximumGuesses { client.send(#"{"type":"authorize","token":"\#(forged)"}"#) }
                #expect(try await client.closeCode() == 1008)
            }
            let waiting = try await server.request("GET", "/poll?topic=a", headers: ["Authorization: Bearer \(forged)"])
            #expect(waiting.status == 429)
            let metrics = try await server.request("GET", "/metrics").body
            #expect(metrics.contains(#"hub_tokens_refused_total{reason="signature"} 10"#))
            // A browser's EventSource gives up for good at any other answer.
            try await server.connect { client in
                client.send(
                    "GET", "/sse?topic=a&access_token=\(try tokens.token(Self.grant))",
                    headers: ["Sec-Fetch-Mode: cors", "Cache-Control: no-cache"])
                try await client.wait("it is told to come back") { text, _ in
                    text.hasPrefix("HTTP/1.1 200 ") && text.contains("hub.close")
                }
            }
        }
    }

    @Test func revokingTakesAnAdministratorAndASubject() async throws {
        try await Self.with { server, tokens in
            let bearer = { (grants: String) in "Authorization: Bearer \(try tokens.token(grants))" }
            let json = "Content-Type: application/json"
            for (headers, body, status) in [
                ([json], #"{"sub":"x"}"#, 401),
                ([json, try bearer(#""publish":["*"],"subscribe":["*"]"#)], #"{"sub":"x"}"#, 403),
                ([json, try bearer(#""admin":true"#)], #"{"sub":"x"}"#, 200),
                ([json, try bearer(#""admin":true"#)], "{}", 400),
                ([json, try bearer(#""admin":true"#)], #"{"sub":""}"#, 400),
                ([json, try bearer(#""admin":true"#)], "", 400),
                ([json, try bearer(#""admin":true"#)], #"{"sub":"x","y":1}"#, 400),
                ([try bearer(#""admin":true"#)], #"{"sub":"x"}"#, 415),
            ] {
                let answer = try await server.request("POST", "/revoke", headers: headers, body: body)
                #expect(answer.status == status, "\(body): \(answer.body)")
            }
            #expect(try await server.request("GET", "/revoke").status == 405)
        }
    }
}
