import HTTPWire
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// HTTP/2 under TLS: nothing but records is on the wire, whatever the streams do.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2WireTests {
    private static let cancel: UInt32 = 8

    /// Publishes small and large events on the topic `a` while a test runs.
    private static func publishing(_ test: (TestServer, EncryptedWire) async throws -> Void) async throws {
        let credentials = try TLSCredentials([.selfSigned(host: "hub.example")])
        try await TestServer.run(loops: 2, { $0.tls = credentials }) { server in
            let publisher = Task {
                for number in 0... {
                    let data = EventData("event \(number) " + String(repeating: "x", count: number % 5 * 10_000))
                    _ = try await server.hub.bus.publish([Publication(topics: [Topic("a")], data: data)]).get()
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            defer { publisher.cancel() }
            let wire = EncryptedWire(speaksHTTP2: true)
            try await test(server, wire)
            #expect(wire.isSound)
        }
    }

    /// Streams that are left in the middle of an event.
    private static func comeAndGo(_ client: HTTP2Client, round: Int) async throws {
        let paths = ["/sse?topic=a", "/iframe?topic=a&origin=http://127.0.0.1", "/long-poll?topic=a"]
        let ids = paths.map { client.request("GET", $0) }
        for id in ids {
            let what = "events should come"
            let stream = try await client.wait(id, what, seconds: 30) {
                $0.text.matches(of: /event \d+/).count >= ($0.isComplete ? 1 : 1 + round % 3)
            }
            #expect(stream.status == "200" && stream.reset == nil)
            if !stream.isComplete { client.send(.reset, on: id, HTTP2Client.bytes(Self.cancel)) }
        }
    }

    @Test func noPlainByteIsOnTheWireWhileStreamsComeAndGo() async throws {
        try await Self.publishing { server, wire in
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await server.speakHTTP2(wire: wire) { client in
                            for round in 0..<6 { try await Self.comeAndGo(client, round: round) }
                            #expect(try await client.isServed())
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("nothing should be left") {
                try await server.hub.statistics().get().fanOut.subscribers == 0
            }
        }
    }

    @Test func noPlainByteIsOnTheWireWhileConnectionsComeAndGo() async throws {
        try await Self.publishing { server, wire in
            try await withThrowingTaskGroup { group in
                for reader in 0..<4 {
                    group.addTask {
                        for round in 0..<4 {
                            try await server.speakHTTP2(wire: wire) { client in
                                let ids = (0...reader).map { _ in client.request("GET", "/sse?topic=a") }
                                for id in ids {
                                    try await client.wait(id, "events should come", seconds: 30) {
                                        $0.text.matches(of: /event \d+/).count > round
                                    }
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Windows that are too narrow for an event, so that most of what is sent waits between two records.
    @Test func everyEventComesWholeThroughNarrowWindows() async throws {
        try await Self.publishing { server, wire in
            try await server.speakHTTP2(settings: [4: 1000], widensWindows: false, wire: wire) { client in
                client.widenWindow(on: 0, by: 1 << 30)
                let ids = (0..<3).map { _ in client.request("GET", "/sse?topic=a") }
                for _ in 0..<100 {
                    for id in ids {
                        let count = try client.stream(id).body.count
                        client.widenWindow(on: id, by: 1000)
                        try await client.wait(id, "it should go on") { $0.body.count > count }
                    }
                }
                for id in ids {
                    let numbers = try client.stream(id).text.matches(of: /event (\d+)\s/).compactMap { Int($0.1) }
                    let first = try #require(numbers.first)
                    #expect(
                        numbers == (0..<numbers.count).map { first + $0 }, "nothing is lost, and nothing comes twice")
                }
            }
        }
    }

    @Test func aClientThatOffersBothSpeaksHTTP2AndOneThatOffersNoneHTTP1() async throws {
        try await Self.publishing { server, wire in
            let ask = { (version: String) in
                try ChildProcess.run(
                    ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", version]
                        + ["https://127.0.0.1:\(server.port)/health/live"]
                ).output
            }
            let (second, first, none) = (try ask("--http2"), try ask("--http1.1"), try ask("--no-alpn"))
            #expect([second, first, none] == ["2 200", "1.1 200", "1.1 200"])
            _ = try await server.speakHTTP2(wire: wire) { try await $0.isServed() }
        }
    }
}
