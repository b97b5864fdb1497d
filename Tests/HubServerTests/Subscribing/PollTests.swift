import HubCore
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct PollTests {
    @Test func aPollGoesOnFromItsCursorAndGetsItBackWhileNothingIsNew() async throws {
        try await TestServer.run { server in
            let first = try await server.batch("/poll?topic=a")
            #expect(first.events.isEmpty && first.resets == nil)
            try await server.publish("1", "2")
            let second = try await server.batch("/poll?topic=a&cursor=\(first.cursor)")
            #expect(second.data == ["1", "2"] && second.cursor == second.events.last?.id)
            let third = try await server.batch("/poll?topic=a&cursor=\(second.cursor)")
            #expect(third.events.isEmpty && third.cursor == second.cursor)
            // What is published to another topic moves the head, and not the cursor.
            try await server.publish("3", to: "b")
            let fourth = try await server.batch("/poll?topic=a&cursor=\(second.cursor)")
            #expect(fourth.events.isEmpty && fourth.cursor == second.cursor)
        }
    }

    @Test func theEntityTagIsTheCursorAndIsAnsweredNotModified() async throws {
        try await TestServer.run { server in
            try await server.publish("1")
            let full = try await server.request("GET", "/poll?topic=a&cursor=earliest")
            let tag = try #require(full["etag"])
            #expect(tag == "\"\(try BatchAnswer(full).cursor)\"")
            #expect(full["cache-control"] == "no-store" && full["hub-replay"] == "complete")
            for field in [tag, "W/\(tag)", "\"zzz\", \(tag)", "*, \(tag)"] {
                // The field outranks the query.
                let answer = try await server.request(
                    "GET", "/poll?topic=a&cursor=earliest", headers: ["If-None-Match: \(field)"])
                #expect(answer.status == 304 && answer.body.isEmpty && answer["etag"] == tag, "\(field)")
                #expect(answer["content-type"] == nil && answer["content-length"] == nil)
            }
            try await server.publish("2")
            let more = try await server.batch("/poll?topic=a", headers: ["If-None-Match: \(tag)"])
            #expect(more.data == ["2"])
            let unconditional = try await server.request("GET", "/poll?topic=a&cursor=\(more.cursor)")
            #expect(unconditional.status == 200)
            let header = try await server.batch(
                "/poll?topic=a", headers: ["If-None-Match: \"\(more.cursor)\"", "Last-Event-ID: earliest"])
            #expect(header.data == ["1", "2"])
        }
    }

    @Test func aLimitLeavesTheRestForTheNextPollWhichShouldComeAtOnce() async throws {
        try await TestServer.run { server in
            try await server.publish("1", "2", "3", "4", "5")
            var cursor = "earliest"
            var received: [[String]] = []
            var hints: [String?] = []
            for _ in 0..<3 {
                let answer = try await server.request("GET", "/poll?topic=a&limit=2&cursor=\(cursor)")
                let batch = try BatchAnswer(answer)
                cursor = batch.cursor
                received.append(batch.data)
                hints.append(answer["hub-poll-after"])
            }
            #expect(received == [["1", "2"], ["3", "4"], ["5"]])
            #expect(hints[0] == "0" && hints[1] == "0")
            #expect(["4", "5", "6"].contains(hints[2]))
        }
    }

    @Test func severalTopicsComeInTheOrderOfTheirIDs() async throws {
        try await TestServer.run(loops: 2) { server in
            for number in 0..<6 { try await server.publish("\(number)", to: number % 2 == 0 ? "a" : "b") }
            let batch = try await server.batch("/poll?topic=b&topic=a&cursor=earliest&limit=5")
            #expect(batch.data == ["0", "1", "2", "3", "4"])
            let rest = try await server.batch("/poll?topic=a&topic=b&cursor=\(batch.cursor)")
            #expect(rest.data == ["5"])
        }
    }

    @Test func whatIsNoCursorIsAnsweredWithAReset() async throws {
        try await TestServer.run { server in
            try await server.publish("1")
            let answer = try await server.request("GET", "/poll?topic=a", headers: ["If-None-Match: \"what\""])
            let batch = try BatchAnswer(answer)
            #expect(answer.status == 200 && answer["hub-replay"] == "reset")
            #expect(batch.data == ["1"] && batch.resets?.map(\.reason) == ["unknown"])
            #expect(batch.resets?.first?.requested == "what")
            let again = try await server.batch("/poll?topic=a&cursor=\(batch.cursor)")
            #expect(again.resets == nil && again.events.isEmpty)
        }
    }

    @Test func manyPollsFollowOneAnotherOnOneConnection() async throws {
        try await TestServer.run { server in
            try await server.publish("1")
            try await server.connect { client in
                for number in 0..<200 {
                    client.send("GET", "/poll?topic=a&cursor=earliest")
                    let answer = try await client.readAnswer()
                    #expect(try BatchAnswer(answer).data == ["1"], "\(number)")
                }
            }
            try await server.waitForSubscribers(0)
        }
    }

    @Test func whileTheBusCanNotBeAskedThePollIsRefused() async throws {
        try await TestServer.run(bus: { FailingBus(.unavailable(reason: ""), on: $0) }) { server in
            let answer = try await server.request("GET", "/poll?topic=a&cursor=earliest")
            #expect(answer.status == 503 && answer["retry-after"] != nil)
            #expect(answer["content-type"] == "application/problem+json")
        }
    }

    @Test(arguments: ["/poll", "/long-poll"])
    func theHeadIsAnsweredWithoutASubscriptionAndMistakesAreNamed(path: String) async throws {
        try await TestServer.run { server in
            let head = try await server.request("HEAD", "\(path)?topic=a")
            #expect(head.status == 200 && head["content-type"] == "application/json" && head["content-length"] == nil)
            for (query, word) in [("", "topic"), ("?topic=a&limit=0", "limit"), ("?topic=a&timeout=99", "timeout")] {
                let answer = try await server.request("GET", path + query)
                #expect(answer.status == 400 && answer.body.contains(word), "\(query)")
            }
            let other = try await server.request("GET", "\(path)?topic=a", headers: ["Accept: text/html"])
            #expect(other.status == 406)
            let method = try await server.request("PUT", "\(path)?topic=a", body: "x")
            #expect(method.status == 405)
        }
    }

    @Test func aPageOfAnotherOriginMayReadTheHints() async throws {
        try await TestServer.run({ $0.cors = CORSPolicy(origins: ["https://friend.example"]) }) { server in
            let answer = try await server.request("GET", "/poll?topic=a", headers: ["Origin: https://friend.example"])
            #expect(answer["access-control-allow-origin"] == "https://friend.example")
            #expect(answer["access-control-expose-headers"] == "ETag, Hub-Poll-After, Hub-Replay, Retry-After")
        }
    }
}
