import HubCore
import NIOCore
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct LongPollTests {
    @Test func itWaitsForTheFirstEventAndTakesAlongWhatComesWithIt() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("GET", "/long-poll?topic=a")
                try await server.waitForSubscribers(1)
                #expect(client.text.isEmpty)
                // One step of the bus: both are of one tick.
                let lines = #"{"topic":"a","data":"1"}"# + "\n" + #"{"topic":"a","data":"2"}"#
                _ = try await server.request(
                    "POST", "/publish", headers: ["Content-Type: application/x-ndjson"], body: lines)
                let answer = try await client.readAnswer()
                #expect(answer["hub-replay"] == "complete" && answer["etag"] == nil)
                #expect(try BatchAnswer(answer).data == ["1", "2"])
            }
            try await server.waitForSubscribers(0)
        }
    }

    @Test func whatIsThereAlreadyIsAnsweredAtOnceUpToTheLimit() async throws {
        try await TestServer.run { server in
            try await server.publish("1", "2", "3")
            let batch = try await server.batch("/long-poll?topic=a&cursor=earliest&limit=2")
            #expect(batch.data == ["1", "2"])
            let rest = try await server.batch("/long-poll?topic=a&cursor=\(batch.cursor)&limit=2")
            #expect(rest.data == ["3"])
        }
    }

    @Test(arguments: ["topic=a", "topic=a&topic=b"])
    func aTickWithMoreThanTheLimitIsCutAndTheRestIsNotLost(topics: String) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("GET", "/long-poll?\(topics)&limit=3")
                try await server.waitForSubscribers(1)
                let lines = (1...8).map { #"{"topic":"a","data":"\#($0)"}"# }.joined(separator: "\n")
                _ = try await server.request(
                    "POST", "/publish", headers: ["Content-Type: application/x-ndjson"], body: lines)
                var received: [String] = []
                while received.count < 8 {
                    let batch = try BatchAnswer(try await client.readAnswer())
                    #expect(batch.events.count <= 3)
                    received += batch.data
                    client.send("GET", "/long-poll?\(topics)&limit=3&cursor=\(batch.cursor)")
                }
                #expect(received == (1...8).map(String.init))
            }
        }
    }

    @Test func whenTheTimeIsOverTheBatchIsEmptyAndGivesBackTheCursor() async throws {
        try await TestServer.run { server in
            try await server.publish("1")
            let cursor = try await server.batch("/poll?topic=a&cursor=earliest").cursor
            let batch = try await server.batch("/long-poll?topic=a&timeout=1&cursor=\(cursor)")
            #expect(batch.events.isEmpty && batch.cursor == cursor)
            // Whoever began with the latest is told where that was.
            let latest = try await server.batch("/long-poll?topic=a&timeout=1")
            try await server.publish("2")
            let next = try await server.batch("/long-poll?topic=a&cursor=\(latest.cursor)")
            #expect(next.data == ["2"])
        }
    }

    @Test func nothingIsLostOrDoubledBetweenManyPollsOfOneConnection() async throws {
        try await TestServer.run(loops: 2) { server in
            async let published: Void = {
                for number in 0..<200 { try await server.publish("\(number)") }
            }()
            try await server.connect { client in
                var received: [String] = []
                var cursor = "earliest"
                while received.count < 200 {
                    client.send("GET", "/long-poll?topic=a&limit=7&cursor=\(cursor)")
                    let batch = try BatchAnswer(try await client.readAnswer())
                    received += batch.data
                    cursor = batch.cursor
                }
                #expect(received == (0..<200).map(String.init))
            }
            try await published
        }
    }

    @Test func aClientThatLeavesIsNoSubscriberAnyMore() async throws {
        try await TestServer.run(loops: 2) { server in
            try await server.publish("1", to: "a")
            try await server.connect { client in
                client.send("GET", "/long-poll?topic=a&topic=b&timeout=60")
                try await server.waitForSubscribers(1)
            }
            try await server.waitForSubscribers(0)
            // One that has already sent its next request is noticed too.
            try await server.connect { client in
                let request = "GET /long-poll?topic=a&timeout=60 HTTP/1.1\r\nHost: h\r\n\r\n"
                client.send(request + request)
                try await server.waitForSubscribers(1)
            }
            try await server.waitForSubscribers(0)
        }
    }

    @Test func drainingAnswersThoseWhoWaitAndClosesTheirConnections() async throws {
        try await TestServer.run(loops: 2) { server in
            try await server.publish("1")
            let cursor = try await server.batch("/poll?topic=a&cursor=earliest").cursor
            let clients = try await Self.wait(8, "/long-poll?topic=a&timeout=60&cursor=\(cursor)", server)
            await server.server.drain(over: .milliseconds(200))
            for client in clients {
                let answer = try await client.readAnswer()
                #expect(answer.status == 200 && answer["connection"] == "close")
                let batch = try BatchAnswer(answer)
                #expect(batch.events.isEmpty && batch.cursor == cursor)
                try await client.waitForClose()
            }
            // A page's fetch has the same fields as an EventSource, and still gets the refusal that it understands.
            let late = try await server.request(
                "GET", "/long-poll?topic=a", headers: ["Sec-Fetch-Mode: cors", "Cache-Control: no-cache"])
            #expect(late.status == 503 && late["retry-after"] != nil)
        }
    }

    private static func wait(_ count: Int, _ target: String, _ server: TestServer) async throws -> [RawClient] {
        var clients: [RawClient] = []
        for _ in 0..<count {
            let client = try await RawClient.connect(port: server.port)
            client.send("GET", target)
            clients.append(client)
        }
        try await server.waitForSubscribers(count)
        return clients
    }
}
