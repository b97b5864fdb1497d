import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct RefusedPublishTests {
    @Test(arguments: [
        (#"{"topic":"a"}"#, "the field 'data' is missing"),
        (#"{"data":"x"}"#, "needs at least one topic"),
        (#"{"topic":[],"data":"x"}"#, "needs at least one topic"),
        (#"{"topic":"","data":"x"}"#, "must not be empty"),
        (#"{"topic":null,"data":"x"}"#, "the field 'topic' must be a string"),
        (#"{"topic":["a",1],"data":"x"}"#, "every topic must be a string"),
        (#"{"topic":"$a","data":"x"}"#, "reserved"),
        (#"{"topic":"a\u0000","data":"x"}"#, "control characters"),
        (#"{"topic":"a","data":"x","event":"hub.reset"}"#, "reserved"),
        (#"{"topic":"a","data":"x","event":"a\nb"}"#, "CR, LF or NUL"),
        (#"{"topic":"a","data":"x","event":7}"#, "the field 'event' must be a string"),
        (#"{"topic":"a","data":"x","retry":-1}"#, "retry must be"),
        (#"{"topic":"a","data":"x","retry":"5"}"#, "the field 'retry' must be a whole number"),
        (#"{"topic":"a","data":"x","retry":1.5}"#, "the field 'retry' must be a whole number"),
        (#"{"topic":"a","data":"x","key":""}"#, "idempotency key"),
        (#"{"topic":"a","data":"x","data":"y"}"#, "the field 'data' is there twice"),
        (#"{"topic":"a","data":"x","Data":"y"}"#, "the field 'Data' is unknown"),
        (#"{"topic":"a","data":"\ud800"}"#, "surrogate"),
        (#"{"topic":"a","data":{"x":"\udc00"}}"#, "surrogate"),
        (#"{"topic":"a","data":"x"} trailing"#, "not well-formed"),
        (#"{"topic":"a","data":"x",}"#, "not well-formed"),
        (#"["a"]"#, "not well-formed: an object expected"),
        ("", "not well-formed"),
    ])
    func anEnvelopeThatBreaksARuleIsRefusedAndTheRuleIsNamed(_ body: String, _ expected: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.request(
                "POST", "/publish", headers: ["Content-Type: application/json"], body: body)
            #expect(answer.status == 400)
            #expect(answer.body.contains(expected), "\(answer.body)")
            let topics = try await server.request("GET", "/topics")
            #expect(topics.body == #"{"topics":[]}"#)
        }
    }

    @Test func aStepThatIsTooLargeIsRefusedBeforeAnythingIsPublished() async throws {
        try await TestServer.run { server in
            let topics = (0..<20).map { "topic=t\($0)" }.joined(separator: "&")
            let megabyte = String(repeating: "x", count: 900_000)
            let large = try await server.request("POST", "/publish?" + topics, body: megabyte)
            #expect(large.status == 413)
            #expect(large.body.contains("16777216 bytes at most"), "\(large.body)")
            let names = (0..<100).map { "\"t\($0)\"" }.joined(separator: ",")
            let lines = String(repeating: "{\"topic\":[\(names)],\"data\":\"x\"}\n", count: 11)
            let many = try await server.request(
                "POST", "/publish", headers: ["Content-Type: application/x-ndjson"], body: lines)
            #expect(many.status == 400)
            #expect(many.body.contains("1000 events at most"), "\(many.body)")
            #expect(try await server.request("GET", "/topics").body == #"{"topics":[]}"#)
        }
    }

    @Test func bytesThatAreNotUTF8AreRefusedInEveryForm() async throws {
        try await TestServer.run { server in
            for (target, type) in [("/publish?topic=a", "text/plain"), ("/publish", "application/json")] {
                try await server.connect { client in
                    client.send("POST", target, headers: ["Content-Type: \(type)", "Content-Length: 3"])
                    client.send([0x22, 0xFF, 0x22])
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 400)
                    #expect(answer.body.contains("UTF-8"))
                }
            }
        }
    }

    @Test(arguments: [
        ("/publish", ["Content-Type: text/plain"], 400), ("/publish", ["Content-Type: application/xml"], 415),
        ("/publish?topic=a", ["Content-Encoding: gzip"], 415),
        ("/publish", ["Content-Type: application/json; charset=latin1"], 415),
        ("/publish?event=e", ["Content-Type: application/json"], 400), ("/publish?topic=a&retry=x", [], 400),
        ("/publish?topic=a&event=", [], 400), ("/publish?topic=a&event=a&event=b", [], 400),
        ("/publish?topic=a&event=a%0Ab", [], 400), ("/publish?topic=%24a", [], 400),
        ("/publish?topic=a&key=one", ["Idempotency-Key: two"], 400),
        ("/publish", ["Content-Type: application/x-ndjson", "Idempotency-Key: k"], 400),
    ])
    func aRequestThatBreaksARuleIsRefused(_ target: String, _ headers: [String], _ status: Int) async throws {
        try await TestServer.run { server in
            let answer = try await server.request("POST", target, headers: headers, body: "{}")
            #expect(answer.status == status, "\(answer.body)")
        }
    }
}
