import ByteStreams
import HTTPWire
import HubCore
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What clients make the server hold is bounded by one budget, and given back.
@Suite(.timeLimit(.minutes(1)))
struct BufferBudgetTests {
    private static let limit = 512 << 10
    private static let publish = "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\n"

    private static func eventuallyHolds(_ count: Int, _ server: TestServer) async throws {
        try await eventually("\(count) bytes should be held") {
            try await Scrape(server.request("GET", "/metrics").body)["hub_buffered_bytes"] == Double(count)
        }
    }

    @Test func bodiesBeyondTheBudgetAreRefusedForNowAndTheRestIsServed() async throws {
        try await TestServer.run({ $0.budget = ByteBudget(limit: Self.limit) }) { server in
            let hogs = try await Self.hogs(4, server, Self.publish, bodyBytes: 128 << 10)
            try await Self.eventuallyHolds(Self.limit, server)
            for body in ["x", String(repeating: "x", count: 100_000)] {
                let refused = try await server.request("POST", "/publish?topic=a", body: body)
                #expect(refused.status == 503 && refused.body.contains("--max-buffered"), "\(refused.body)")
                #expect(refused["retry-after"] != nil)
            }
            let live = try await server.request("GET", "/health/live")
            #expect(live.status == 200, "what needs no room is served")
            #expect(server.server.budget.refusals >= 2)
            for hog in hogs { await hog.close() }
            try await Self.eventuallyHolds(0, server)
            let taken = try await server.request("POST", "/publish?topic=a", body: "x")
            #expect(taken.status == 200)
        }
    }

    @Test func aBodyThatHasBegunIsRefusedWhereTheRoomEnds() async throws {
        try await TestServer.run({ $0.budget = ByteBudget(limit: Self.limit) }) { server in
            try await server.connect { client in
                client.send(Self.publish + "Content-Length: 1000000\r\n\r\n")
                client.send(String(repeating: "x", count: 900_000))
                let answer = try await client.readAnswer()
                #expect(answer.status == 503 && answer["retry-after"] != nil)
                #expect(answer["connection"] == "close")
                try await Self.eventuallyHolds(0, server)
            }
        }
    }

    @Test func strangersLeaveRoomForThoseWhoMayPublish() async throws {
        try await TestServer.run({
            $0.budget = ByteBudget(limit: Self.limit)
            $0.access = AccessRules(keys: PublishKeys(["k"]))
        }) { server in
            let form = "POST /poll HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
            let hogs = try await Self.hogs(4, server, form, bodyBytes: 96 << 10)
            try await Self.eventuallyHolds(Self.limit / 4 * 3, server)
            let stranger = try await server.request(
                "POST", "/poll", headers: ["Content-Type: application/json"], body: #"{"topic":"a"}"#)
            #expect(stranger.status == 503)
            let publisher = try await server.request(
                "POST", "/publish?topic=a", headers: ["Authorization: Bearer k"],
                body: String(repeating: "x", count: 100_000))
            #expect(publisher.status == 200, "\(publisher.body)")
            for hog in hogs { await hog.close() }
            try await Self.eventuallyHolds(0, server)
        }
    }

    @Test func answersThatNobodyReadsTakeRoomAndTheConnectionEndsInTime() async throws {
        try await TestServer.run({
            $0.budget = ByteBudget(limit: 4 << 20)
            $0.limits.answerTime = .milliseconds(Patience.milliseconds(3000))
            $0.sendBufferBytes = 4096
        }) { server in
            let large = String(repeating: "x", count: 1 << 20)
            try await server.publish(large)
            let silent = try await RawClient.connect(port: server.port, readsAtOnce: false, readByteCount: 4096)
            let poll = "GET /poll?topic=a&cursor=earliest HTTP/1.1\r\nHost: h\r\n\r\n"
            silent.send(String(repeating: poll, count: 5000))
            try await eventually("the answer should wait") { server.server.budget.takenBytes >= 1 << 20 }
            #expect(server.server.budget.takenBytes < 2 << 20, "one answer, and not a read's worth of requests")
            try await eventually("the connection should be gone") { server.server.budget.takenBytes == 0 }
            await silent.close()
        }
    }

    @Test func anAnswerForWhichThereIsNoRoomIsRefused() async throws {
        try await TestServer.run({ $0.budget = ByteBudget(limit: Self.limit) }) { server in
            try await server.publish(String(repeating: "x", count: 450_000))
            let refused = try await server.request("GET", "/poll?topic=a&cursor=earliest")
            #expect(refused.status == 503 && refused.body.contains("--max-buffered"))
            try await Self.eventuallyHolds(0, server)
        }
    }

    @Test func requestsThatWaitForTheirTurnStayBytesAndAreAllServed() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                let count = 1000
                let live = "GET /health/live HTTP/1.1\r\nHost:h\r\n\r\n"
                // A connection that has sent much is read in large pieces.
                client.send("POST", "/publish?topic=b", body: String(repeating: "x", count: 500_000))
                let published = try await client.readAnswer()
                #expect(published.status == 200)
                client.send("GET /long-poll?topic=a&timeout=60 HTTP/1.1\r\nHost:h\r\n\r\n")
                client.send(String(repeating: live, count: count))
                try await eventually("what was read ahead should be held") {
                    server.server.budget.takenBytes > ByteBudget.freeBytes
                }
                try await server.publish("now")
                let first = try await client.readAnswer()
                #expect(first.body.contains("now"))
                for _ in 0..<count {
                    let answer = try await client.readAnswer(seconds: Patience.seconds(10))
                    #expect(answer.status == 200)
                }
                try await Self.eventuallyHolds(0, server)
            }
        }
    }

    @Test func theHeadOfALaterRequestHasNoLongerThanThatOfTheFirst() async throws {
        try await TestServer.run({ $0.limits.headTime = .seconds(4) }) { server in
            try await server.connect { client in
                client.send("GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n")
                let first = try await client.readAnswer()
                #expect(first.status == 200)
                client.send("GET /health")
                let second = try await client.readAnswer()
                #expect(second.status == 408)
            }
        }
    }

    /// Connections that send a part of a large body and then nothing.
    /// - Parameter bodyBytes: What each makes the server hold, the head included.
    private static func hogs(
        _ count: Int, _ server: TestServer, _ head: String, bodyBytes: Int
    ) async throws -> [RawClient] {
        var hogs: [RawClient] = []
        for _ in 0..<count {
            let hog = try await RawClient.connect(port: server.port)
            hog.send(
                head + "Content-Length: \(bodyBytes + 1)\r\n\r\n" + String(repeating: "x", count: bodyBytes - 1000))
            hogs.append(hog)
        }
        return hogs
    }
}
