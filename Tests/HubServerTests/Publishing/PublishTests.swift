import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct PublishTests {
    @Test func theBodyIsTheDataOfAnEventOnEachTopicAndTheIDIsAnswered() async throws {
        try await TestServer.run { server in
            let answer = try await server.request(
                "POST", "/publish?topic=a&topic=b%20c&event=goal&retry=500", body: "one\r\ntwo\rthree")
            #expect(answer.status == 200)
            let id = String(try #require(answer.body.split { $0 == "\"" }.first { $0.count == 33 }))
            #expect(answer.body == #"{"events":[{"topic":"a","id":"\#(id)"},{"topic":"b c","id":"\#(id)"}]}"#)
            try await server.connect { client in
                client.send("GET", "/sse?topic=b+c&last_event_id=earliest")
                try await client.wait("the event should be streamed") { text, _ in text.contains("id: \(id)\n\n") }
                #expect(client.text.contains("event: goal\n"))
                #expect(client.text.contains("retry: 500\n"))
                #expect(client.text.contains("data: one\ndata: two\ndata: three\n"))
            }
        }
    }

    @Test(arguments: [
        (#"{"topic":"a","data":"x"}"#, "data: x\n"),
        (#"{"topic":["a","b"],"data":{"n":1.50, "s":"\u00e9"}}"#, #"data: {"n":1.50, "s":"\u00e9"}"# + "\n"),
        (#"{"topic":"a","data":null,"event":null}"#, "data: null\n"),
        (#"{"topic":"a","data":"\ud83d\ude00\u0041\n2"}"#, "data: 😀A\ndata: 2\n"),
        (#" {"data":12345678901234567890,"topic":"a"} "#, "data: 12345678901234567890\n"),
    ])
    func anEnvelopeIsPublishedWithItsDataAsText(_ body: String, _ expected: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.request(
                "POST", "/publish", headers: ["Content-Type: application/json; charset=utf-8"], body: body)
            #expect(answer.status == 200, "\(answer.body)")
            try await server.connect { client in
                client.send("GET", "/sse?topic=a&last_event_id=earliest")
                try await client.wait("the event should be streamed") { text, _ in text.contains(expected) }
            }
        }
    }

    @Test func aBatchIsPublishedInOrder() async throws {
        try await TestServer.run { server in
            let lines = (1...1000).map { #"{"topic":"t\#($0 % 2)","data":\#($0)}"# }.joined(separator: "\n") + "\n"
            let headers = ["Content-Type: application/x-ndjson"]
            let answer = try await server.request("POST", "/publish", headers: headers, body: lines)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.body.split(separator: "},{").count == 1000)
        }
    }

    @Test func aBatchWithOneBadLinePublishesNothingAndTheLineIsNamed() async throws {
        try await TestServer.run { server in
            let headers = ["Content-Type: application/x-ndjson"]
            let lines = "{\"topic\":\"a\",\"data\":1}\n\r\n{\"topic\":\"a\",\"dat\":2}\n"
            let answer = try await server.request("POST", "/publish", headers: headers, body: lines)
            #expect(answer.status == 400)
            #expect(answer.body.contains("line 3: the field 'dat' is unknown"), "\(answer.body)")
            let answer1 = try await server.request("GET", "/topics?topic=a")
            #expect(answer1.status == 404)
            let many = String(repeating: "{\"topic\":\"a\",\"data\":1}\n", count: 1001)
            let refused = try await server.request("POST", "/publish", headers: headers, body: many)
            #expect(refused.status == 400)
            #expect(refused.body.contains("line 1001"))
            let answer2 = try await server.request("POST", "/publish", headers: headers, body: "\n")
            #expect(answer2.status == 400)
        }
    }

    @Test func aRepeatedKeyGetsTheFirstIDAndPublishesNothing() async throws {
        try await TestServer.run { server in
            let headers = ["Idempotency-Key: k1"]
            let first = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
            let second = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
            #expect(first.status == 200)
            #expect(first.body == second.body)
            let topic = try await server.request("GET", "/topics?topic=a")
            #expect(topic.body.contains("\"events\":1,"), "\(topic.body)")
        }
    }
}
