import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct StreamTests {
    @Test func whatFollowsTheRequestOfAStreamIsDiscarded() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(
                    "GET /sse?topic=a HTTP/1.1\r\nHost: h\r\n\r\nGET /health/live HTTP/1.1\r\nHost: h\r\n\r\n\u{0}garbage"
                )
                try await client.wait("the stream should begin") { text, _ in text.contains("200 OK") }
                client.send("more garbage \r\n\r\n GET / HTTP/9")
                _ = try await server.request("POST", "/publish?topic=a", body: "x")
                try await client.wait("the event should come") { text, _ in text.contains("data: x") }
                #expect(!client.text.contains("live"))
                #expect(!client.isClosed)
            }
        }
    }

    @Test func aStreamMayFollowOtherRequestsOfItsConnection() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                let live = "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
                client.send(live + live + "GET /sse?topic=a HTTP/1.1\r\nHost: h\r\n\r\n")
                for _ in 0..<2 {
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 200)
                }
                try await client.wait("the stream should begin") { text, _ in text.contains("text/event-stream") }
            }
        }
    }

    @Test func aClientOfHTTP10GetsAStreamWithoutChunks() async throws {
        try await TestServer.run { server in
            _ = try await server.request("POST", "/publish?topic=a", body: "x")
            try await server.connect { client in
                client.send("GET /sse?topic=a&last_event_id=earliest HTTP/1.0\r\n\r\n")
                try await client.wait("the event should come") { text, _ in text.contains("\r\n\r\n:\ndata: x\nid: ") }
                #expect(!client.text.contains("chunked"))
            }
        }
    }

    @Test func aClientThatLeavesIsNoSubscriberAnyMore() async throws {
        try await TestServer.run(loops: 2) { server in
            _ = try await server.request("POST", "/publish?topic=a", body: "x")
            for _ in 0..<20 {
                try await server.connect { client in
                    client.send("GET", "/sse?topic=a&last_event_id=earliest")
                    try await client.wait("the event should come") { text, _ in text.contains("data: x") }
                }
            }
            try await eventually("nobody should be left") {
                try await server.request("GET", "/topics?topic=a").body.contains(#""subscribers":0"#)
            }
        }
    }

    @Test func manyStreamsComeAndGoWhileEventsFlowAndEachGetsItsOwnTopicOnly() async throws {
        try await TestServer.run(loops: 2) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask { try await Self.churn(number, server) }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func churn(_ number: Int, _ server: TestServer) async throws {
        for round in 0..<10 {
            try await server.connect { client in
                client.send("GET", "/sse?topic=t\(number)")
                try await client.wait("the stream should begin") { text, _ in text.contains("\r\n\r\n") }
                _ = try await server.request("POST", "/publish?topic=t\(number)", body: "[\(number).\(round)]")
                try await client.wait("the event should come") { text, _ in text.contains("[\(number).\(round)]") }
                let data = client.text.split(separator: "\n").filter { $0.hasPrefix("data: [") }
                #expect(data.allSatisfy { $0.hasPrefix("data: [\(number).") })
            }
        }
    }
}
