import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct HubProcessTests {
    @Test func theStartLineTellsTheAddressTheBusAndTheLimits() async throws {
        try await HubBinary.run(["--port", "0"]) { hub in
            let port = try await hub.port()
            #expect(port > 0)
            for name in ["address=", "bus=memory", "open-files=", "max-connections=", "version="] {
                #expect(hub.standardError.contains(name))
            }
            hub.signal(SIGTERM)
            let status = try await hub.exitStatus()
            #expect(status == 0)
        }
    }

    @Test func theFirstSignalDrainsAndTheSecondEndsAtOnce() async throws {
        for (number, expected) in [(SIGTERM, Int32(143)), (SIGINT, 130)] {
            try await HubBinary.run(["--port", "0", "--drain", "60s", "--loops", "1"]) { hub in
                let port = try await hub.port()
                let streams = try await Self.openStreams(3, port: port)
                hub.signal(number)
                try await hub.waitForLog("notice draining")
                try await eventually("one stream should be told") {
                    streams.contains { $0.text.contains(#"{"reason":"drain"}"#) }
                }
                #expect(hub.isRunning)
                hub.signal(number)
                let status = try await hub.exitStatus()
                #expect(status == expected)
                for stream in streams { await stream.close() }
            }
        }
    }

    @Test func aDrainTellsEveryStreamAndExitsWithZero() async throws {
        try await HubBinary.run(["--port", "0", "--drain", "300ms"]) { hub in
            let streams = try await Self.openStreams(5, port: try await hub.port())
            hub.signal(SIGTERM)
            let status = try await hub.exitStatus()
            #expect(status == 0)
            for stream in streams {
                try await stream.wait("it should be told") { text, isClosed in
                    isClosed && text.contains("event: hub.close") && text.contains("retry: ")
                }
            }
        }
    }

    @Test func theKeyFileIsReadAgainAtSIGHUP() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "hub-keys-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try "old\n".write(to: file, atomically: true, encoding: .utf8)
        try await HubBinary.run(["--port", "0", "--publish-key-file", file.path]) { hub in
            let port = try await hub.port()
            #expect(try await Self.publish(port, key: "old") == 200)
            try "# new\nnew\n".write(to: file, atomically: true, encoding: .utf8)
            hub.signal(SIGHUP)
            try await hub.waitForLog("the keys were read again")
            #expect(try await Self.publish(port, key: "old") == 401)
            #expect(try await Self.publish(port, key: "new") == 200)
            try "".write(to: file, atomically: true, encoding: .utf8)
            hub.signal(SIGHUP)
            try await hub.waitForLog("the keys stay as they were")
            #expect(try await Self.publish(port, key: "new") == 200)
        }
    }

    @Test func aPortThatIsTakenIsToldInOneLine() async throws {
        try await HubBinary.run(["--port", "0"]) { first in
            let port = try await first.port()
            try await HubBinary.run(["--port", "\(port)"]) { second in
                let status = try await second.exitStatus()
                #expect(status == 69)
                try await second.waitForLog("can't listen on 127.0.0.1:\(port): the port is in use\n")
            }
        }
    }

    @Test func theOperatingPortIsToldAndOneThatIsTakenToo() async throws {
        try await HubBinary.run(["--port", "0", "--operating-port", "0"]) { first in
            let port = try await first.port()
            let text = try #require(first.standardError.firstMatch(of: /operating=127\.0\.0\.1:([0-9]+)/)?.1)
            let operating = try #require(Int(text))
            #expect(operating != port)
            let client = try await RawClient.connect(port: operating)
            client.send("GET", "/health/ready")
            let answer = try await client.readAnswer()
            #expect(answer.status == 200)
            await client.close()
            try await HubBinary.run(["--port", "0", "--operating-port", text.description]) { second in
                let status = try await second.exitStatus()
                #expect(status == 69)
                try await second.waitForLog(
                    "hub: --operating-host, --operating-port: can't listen on 127.0.0.1:\(operating): the port is in use\n"
                )
            }
        }
    }

    private static func openStreams(_ count: Int, port: Int) async throws -> [RawClient] {
        var streams: [RawClient] = []
        for _ in 0..<count {
            let client = try await RawClient.connect(port: port)
            client.send("GET", "/sse?topic=a")
            try await client.wait("the stream should begin") { text, _ in text.contains("\r\n\r\n") }
            streams.append(client)
        }
        return streams
    }

    private static func publish(_ port: Int, key: String) async throws -> Int {
        let client = try await RawClient.connect(port: port)
        client.send("POST", "/publish?topic=a", headers: ["Authorization: Bearer \(key)"], body: "x")
        let status = try await client.readAnswer().status
        await client.close()
        return status
    }
}
