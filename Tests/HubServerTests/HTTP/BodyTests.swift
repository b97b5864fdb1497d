import HubDoor
import NIOCore
import Testing

@testable import HubServer

/// Which requests may have a body, and that of the others nothing is kept.
@Suite(.timeLimit(.minutes(1)))
struct BodyTests {
    @Test(arguments: [
        ("GET", "/health/live"), ("GET", "/sse?topic=a"), ("GET", "/poll?topic=a"), ("HEAD", "/health/live"),
        ("GET", "/topics"), ("DELETE", "/topics?topic=a"), ("GET", "/metrics"), ("GET", "/ws?topic=a"),
        ("GET", "/openapi.yaml"), ("GET", "/hub.js"),
    ])
    func aBodyThatNobodyWantsIsRefusedAtTheHead(_ method: String, _ target: String) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(method, target, headers: ["Content-Length: 1048575"])
                let answer = try await client.readAnswer(isHead: method == "HEAD")
                #expect(answer.status == 413, "\(answer.body)")
                #expect(answer["connection"] == "close")
                if method != "HEAD" { #expect(answer.body.contains("may not have a body")) }
            }
            try await server.connect { client in
                client.send("\(method) \(target) HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
                client.send("1\r\nx\r\n")
                let answer = try await client.readAnswer(isHead: method == "HEAD")
                // Of a WebSocket the head says more than that.
                #expect(answer.status == (target.hasPrefix("/ws") ? 426 : 413), "\(answer.body)")
            }
        }
    }

    @Test(arguments: ["Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
    func anEmptyBodyIsNone(_ framing: String) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                for _ in 0..<2 {
                    client.send("GET /health/live HTTP/1.1\r\nHost: h\r\n" + framing)
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test func whoMayNotPublishIsToldSoBeforeAnyByteOfTheBody() async throws {
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { server in
            let refusals: [(String, [String], Int)] = [
                ("/publish?topic=a", [], 401), ("/publish?topic=a", ["Authorization: Bearer x"], 401),
                ("/publish?topic=a", ["Authorization: Bearer k", "Origin: https://evil.example"], 403),
                ("/publish", ["Authorization: Bearer k", "Content-Type: text/css"], 415), ("/nothing", [], 404),
                ("/iframe", [], 405),
                ("/poll", ["Content-Type: application/json"], 413),
            ]
            for (target, headers, status) in refusals {
                try await server.connect { client in
                    client.send("POST", target, headers: headers + ["Content-Length: 1000000", "Expect: 100-continue"])
                    let answer = try await client.readAnswer()
                    #expect(answer.status == status, "\(target) \(headers): \(answer.body)")
                }
            }
        }
    }
}
