import HTTPWire
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// HTTP/2, by prior knowledge and over TLS.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2Tests {
    private static func with(isEncrypted: Bool, _ test: (TestServer, EncryptedWire?) async throws -> Void) async throws
    {
        let credentials = isEncrypted ? try TLSCredentials([.selfSigned(host: "hub.example")]) : nil
        try await TestServer.run({ $0.tls = credentials }) {
            try await test($0, isEncrypted ? EncryptedWire(speaksHTTP2: true) : nil)
        }
    }

    @Test(arguments: [false, true])
    func everyPathIsServedOnOneConnection(isEncrypted: Bool) async throws {
        try await Self.with(isEncrypted: isEncrypted) { server, wire in
            try await server.speakHTTP2(wire: wire) { client in
                let streams = ["/sse?topic=a", "/iframe?topic=a&origin=http://127.0.0.1", "/long-poll?topic=a"].map {
                    client.request("GET", $0)
                }
                for id in streams.prefix(2) { try await client.wait(id, "it begins") { $0.status == "200" } }
                try await eventually("all three listen") {
                    try await client.response(client.request("GET", "/topics?topic=a")).text.contains(
                        #""subscribers":3"#)
                }
                let published = try await client.response(
                    client.request("POST", "/publish?topic=a", body: Array("hello".utf8)))
                #expect(published.status == "200" && published["content-length"] == "\(published.body.count)")
                for id in streams { try await client.wait(id, "the event comes") { $0.text.contains("hello") } }
                let poll = try await client.response(client.request("GET", "/poll?topic=a&cursor=earliest"))
                #expect(poll.status == "200" && poll.text.contains("hello"))
                let head = try await client.response(client.request("HEAD", "/sse?topic=a"))
                #expect(head.status == "200" && head.body.isEmpty && head["content-type"] == "text/event-stream")
                let missing = try await client.response(client.request("GET", "/nope"))
                #expect(
                    missing.status == "404" && missing["date"] != nil && missing["x-content-type-options"] == "nosniff")
            }
            if let wire { #expect(wire.isSound) }
        }
    }
}
