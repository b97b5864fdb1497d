import HTTPWire
import NIOCore
import Testing

@testable import HubServer

/// The answer that ends a connection reaches its client, whatever that sends in the meantime (RFC 9112, 9.6).
@Suite(.timeLimit(.minutes(1)))
struct LastAnswerTests {
    private static let text = String(repeating: "x", count: 150_000)

    /// Runs a test with a client that has read nothing yet, and of which the kernel takes a large answer at once.
    private static func run(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ test: (TestServer, RawClient) async throws -> Void
    ) async throws {
        try await TestServer.run({
            $0.sendBufferBytes = 1 << 20
            $0.limits.lingerTime = .seconds(60)
            configure(&$0)
        }) { server in
            try await server.publish(Self.text)
            let client = try await RawClient.connect(
                port: server.port, readsAtOnce: false, readByteCount: 16 << 10, outlivesEnd: true)
            try await test(server, client)
            await client.close()
            try await server.wait("nothing should be left") {
                $0["hub_connections"] == 1 && $0["hub_connections_lingering"] == 0
            }
        }
    }

    @Test(arguments: [
        "GET /poll?topic=a&cursor=earliest HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "GET /poll?topic=a&cursor=earliest HTTP/1.0\r\n\r\n",
        "GET /poll?topic=a&cursor=earliest HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n\r\n",
    ])
    func itIsReadToItsEndHoweverMuchFollowsTheRequest(_ request: String) async throws {
        try await Self.run { server, client in
            client.send(request)
            try await server.wait("it should hold no place any more") { $0["hub_connections"] == 1 }
            for _ in 0..<3 {
                client.send("GET /health/live HTTP/1.1\r\n")
                _ = try await server.scrape()
            }
            try await client.setReading(true)
            let answer = try await client.readAnswer()
            #expect(answer.status == 200)
            #expect(answer["connection"] == "close")
            #expect(answer.body.contains(Self.text))
            #expect(client.text.isEmpty)
        }
    }

    @Test func theRefusalOfABodyThatIsCompleteIsReadToo() async throws {
        try await TestServer.run({
            $0.limits.bodyBytes = 10
            $0.limits.lingerTime = .seconds(60)
        }) { server in
            let client = try await RawClient.connect(port: server.port, readsAtOnce: false, outlivesEnd: true)
            client.send("POST", "/publish?topic=a", body: String(repeating: "x", count: 11))
            try await server.wait("it should linger") { $0["hub_connections_lingering"] == 1 }
            client.send("GET /health/live HTTP/1.1\r\n")
            _ = try await server.scrape()
            try await client.setReading(true)
            let answer = try await client.readAnswer()
            #expect(answer.status == 413)
            await client.close()
        }
    }

    @Test func theEndOfAStreamIsReadToo() async throws {
        try await Self.run { server, client in
            client.send("GET", "/sse?topic=a&last_event_id=earliest", headers: ["Cache-Control: no-cache"])
            try await server.wait("the stream should begin") { $0["hub_subscribers"] == 1 }
            await server.server.drain(over: .milliseconds(1))
            for _ in 0..<3 {
                client.send("nobody asked for this")
                _ = try await server.scrape()
            }
            try await client.setReading(true)
            try await client.wait("the whole stream should come") { text, _ in text.hasSuffix("\r\n0\r\n\r\n") }
            #expect(client.text.contains(Self.text) && client.text.contains("hub.close"))
        }
    }

    @Test func theConnectionIsClosedWhenTheClientHasEndedItsSide() async throws {
        try await Self.run { server, client in
            client.send("GET", "/health/live", headers: ["Connection: close"])
            try await server.wait("it should linger") { $0["hub_connections_lingering"] == 1 }
            try await client.endInput()
            try await server.wait("it should be closed") { $0["hub_connections_lingering"] == 0 }
        }
    }

    @Test func aClientThatNeverEndsItsSideIsCutOff() async throws {
        try await Self.run({ $0.limits.lingerTime = .milliseconds(300) }) { server, client in
            client.send("GET", "/health/live", headers: ["Connection: close"])
            try await server.wait("it should be closed") {
                $0["hub_connections"] == 1 && $0["hub_connections_lingering"] == 0
            }
        }
        try await Self.run({ $0.limits.lingerBytes = 100_000 }) { server, client in
            client.send("GET", "/health/live", headers: ["Connection: close"])
            try await server.wait("it should linger") { $0["hub_connections_lingering"] == 1 }
            client.send(String(repeating: "x", count: 200_000))
            try await server.wait("it should be closed") { $0["hub_connections_lingering"] == 0 }
        }
    }

    @Test func clientsThatComeAndGoLeaveNothing() async throws {
        try await TestServer.run(loops: 2, { $0.limits.lingerTime = .seconds(60) }) { server in
            for _ in 0..<300 {
                let answer = try await server.request("GET", "/health/live", headers: ["Connection: close"])
                #expect(answer.status == 200)
            }
            try await server.wait("nothing should be left") {
                $0["hub_connections"] == 1 && $0["hub_connections_lingering"] == 0
            }
        }
    }
}
