import Foundation
import TestSupport
import Testing

@testable import HubServer

/// What a hub does that is short of something: open files, or somebody who reads its log.
@Suite(.timeLimit(.minutes(Patience.minutes(1))))
struct ScarcityTests {
    @Test func withoutFilesAcceptingRestsAndGoesOnLater() async throws {
        try await HubBinary.run(["--port", "0", "--loops", "2"]) { hub in
            let port = try await hub.port()
            let watcher = try await RawClient.connect(port: port)
            let held = try await Self.streams(3, port: port)
            // Fewer than are open now.
            try hub.allow(files: 12)
            var waiting: [RawClient] = []
            for _ in 0..<20 { waiting.append(try await RawClient.connect(port: port)) }
            for client in waiting { client.send("GET", "/health/live") }
            try await hub.waitForLog("error accepting connections pauses")
            // Whoever tries again and again uses a whole second of each.
            let before = hub.processorSeconds
            try await Task.sleep(for: .seconds(2))
            #expect(hub.processorSeconds - before < 1)
            // The silent one went for others, to no avail; the streams are as they were.
            try await watcher.waitForClose()
            #expect(!held.contains { $0.isClosed })
            #expect(hub.standardError.matches(of: /accepting connections pauses/).count == 1)
            try hub.allow(files: 1024)
            for client in waiting { #expect(try await client.readAnswer().status == 200) }
            for client in held + waiting { await client.close() }
        }
    }

    private static func isLive(port: Int) async throws -> Bool {
        let watcher = try await RawClient.connect(port: port)
        watcher.send("GET", "/health/live")
        try await eventually("an answer or the end should come") { watcher.isClosed || !watcher.text.isEmpty }
        await watcher.close()
        return watcher.text.hasPrefix("HTTP/1.1 200 ")
    }

    @Test func manyLoopsAndFewFilesLeaveConnectionsThatAreServed() async throws {
        try await HubBinary.run(["--port", "0", "--loops", "64"], openFiles: 256) { hub in
            let port = try await hub.port()
            var clients: [RawClient] = []
            for _ in 0..<100 {
                let client = try await RawClient.connect(port: port)
                client.send("GET", "/sse?topic=a")
                clients.append(client)
            }
            try await eventually("some should be told that there is no room") {
                clients.contains { $0.text.contains(" 503 ") }
            }
            // A connection of the reserve has little time to ask, and a machine may be slower.
            try await eventually("who watches should be answered") { try await Self.isLive(port: port) }
            #expect(clients.contains { $0.text.contains(" 200 ") })
            try await hub.waitForLog("warning the cap on connections is reached")
            #expect(hub.standardError.contains("cap=--max-connections connections="))
            #expect(hub.standardError.contains("most-by=127.0.0.1"))
            #expect(!hub.standardError.contains("accepting connections pauses"))
            for client in clients { await client.close() }
        }
    }

    @Test(arguments: [["--loops", "2"], ["--loops", "8"], ["--loops", "2", "--operating-port", "0"]])
    func connectionsInARowMeetTheCapBeforeTheFilesRunOut(_ settings: [String]) async throws {
        try await HubBinary.run(["--port", "0"] + settings, openFiles: 200) { hub in
            let port = try await hub.port()
            let silent = try ConnectedSockets(600, port: port)
            try await hub.waitForLog("warning the cap on connections is reached")
            try await eventually("those that say nothing should go") { silent.closedCount > 400 }
            let watcher = try await RawClient.connect(port: port)
            watcher.send("GET", "/health/live")
            let answer = try await watcher.readAnswer()
            #expect(answer.status == 200)
            #expect(!hub.standardError.contains("accepting connections pauses"))
            await watcher.close()
        }
    }

    @Test func aLogThatNobodyReadsStopsNoLoop() async throws {
        let log = try UnreadPipe()
        try await HubBinary.run(
            ["--port", "0", "--loops", "1", "--publish-key", "k", "--drain", "0s"], errors: log.path
        ) { hub in
            try await eventually("the hub should listen") { log.read().contains("notice listening ") }
            let port = try #require(log.read().firstMatch(of: /address=127\.0\.0\.1:([0-9]+)/).flatMap { Int($0.1) })
            log.fill()
            // The loop itself has something to say of this.
            for number in 0..<11 {
                let client = try await RawClient.connect(port: port)
                client.send("POST", "/publish?topic=a", headers: ["Authorization: Bearer guess\(number)"], body: "x")
                let answer = try await client.readAnswer()
                #expect(answer.status == (number < 10 ? 401 : 429))
                await client.close()
            }
            let dropped = try await Self.metric("hub_log_lines_dropped_total", port: port)
            #expect(dropped == 0)
            // Once somebody reads, it goes on where it was.
            try await eventually("the log should go on") {
                log.read().contains("warning an address has shown too many wrong keys, and has to wait address=127.")
            }
            hub.signal(SIGTERM)
            let status = try await hub.exitStatus()
            #expect(status == 0)
            #expect(log.read().hasSuffix(" notice ended\n"))
        }
    }

    @Test func theEndDoesNotWaitForALogThatNobodyReads() async throws {
        let log = try UnreadPipe()
        try await HubBinary.run(["--port", "0", "--drain", "0s"], errors: log.path) { hub in
            try await eventually("the hub should listen") { log.read().contains("notice listening ") }
            log.fill()
            hub.signal(SIGTERM)
            let status = try await hub.exitStatus()
            #expect(status == 0)
        }
    }

    private static func streams(_ count: Int, port: Int) async throws -> [RawClient] {
        var streams: [RawClient] = []
        for _ in 0..<count {
            let client = try await RawClient.connect(port: port)
            client.send("GET", "/sse?topic=a")
            try await client.wait("the stream should begin") { text, _ in text.contains(" 200 ") }
            streams.append(client)
        }
        return streams
    }

    private static func metric(_ name: String, port: Int) async throws -> Double {
        let client = try await RawClient.connect(port: port)
        client.send("GET", "/metrics")
        let answer = try await client.readAnswer()
        await client.close()
        return try #require(try Scrape(answer.body)[name])
    }
}
