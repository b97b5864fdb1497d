import HTTPWire
import HubCore
import HubDoor
import Testing

@testable import HubServer

/// `POST` to the subscribing paths: the names of the query in a body.
@Suite(.timeLimit(.minutes(1)))
struct SubscribeFormTests {
    private static let form = "Content-Type: application/x-www-form-urlencoded"
    private static let json = "Content-Type: application/json; charset=UTF-8"

    private static func batch(_ server: TestServer, _ target: String, _ type: String, _ body: String) async throws
        -> BatchAnswer
    {
        let answer = try await server.request("POST", target, headers: [type], body: body)
        #expect(answer.status == 200, "\(answer.body)")
        return try BatchAnswer(answer)
    }

    @Test func aFormAndJSONSayWhatAQueryWould() async throws {
        try await TestServer.run { server in
            try await server.publish("1")
            try await server.publish("2", to: "b+c")
            try await server.publish("3", to: "%C3%A9")
            let bodies = [
                (Self.form, "topic=a&topic=b+c&topic=%C3%A9&cursor=earliest"),
                (Self.json, #"{"topic":["a","b c","\u00e9"],"cursor":"earliest"}"#),
                (Self.json, #" {"topic":"a","cursor":"earliest","topic":["b c","é"],"since":null} "#),
            ]
            for (type, body) in bodies {
                for target in ["/poll", "/long-poll"] {
                    let all = try await Self.batch(server, target, type, body)
                    #expect(all.data == ["1", "2", "3"], "\(body)")
                }
            }
            let limited = try await Self.batch(
                server, "/poll", Self.json, #"{"topic":["a","b c"],"lastEventId":"earliest","limit":1}"#)
            #expect(limited.data == ["1"])
        }
    }

    @Test func aStreamBeginsWithAPostAndGoesOn() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("POST", "/sse", headers: [Self.form], body: "topic=a&format=json&prime=true")
                try await client.wait("the stream should begin") { text, _ in text.contains("id: ") }
                #expect(client.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(client.text.contains("Content-Type: text/event-stream"))
                try await server.publish("hello")
                try await client.wait("the event should come") { text, _ in text.contains(#""data":"hello""#) }
                #expect(!client.isClosed)
            }
        }
    }

    @Test func theBodyGoesOnWhereTheQueryEnds() async throws {
        try await TestServer.run { server in
            try await server.publish("1")
            try await server.publish("2", to: "b")
            let both = try await Self.batch(server, "/poll?topic=a&cursor=earliest", Self.form, "topic=b&topic=a")
            #expect(both.data == ["1", "2"])
            // A newer name outranks an older one wherever it is, and the header field outranks both.
            let newer = try await Self.batch(server, "/poll?cursor=latest", Self.form, "topic=a&lastEventId=earliest")
            #expect(newer.data == ["1"])
            let field = try await server.request(
                "POST", "/poll", headers: [Self.form, "Last-Event-ID: earliest"], body: "topic=a&cursor=latest")
            #expect(try BatchAnswer(field).data == ["1"])
            let twice = try await server.request("POST", "/poll?limit=1", headers: [Self.form], body: "topic=a&limit=2")
            #expect(twice.status == 400 && twice.body.contains("'limit' only once"))
            let none = try await server.request("POST", "/poll?topic=a")
            #expect(none.status == 200, "a POST without a body is a GET")
        }
    }

    @Test func asManyTopicsAsAStreamMayHaveFitHoweverTheyAreEscaped() async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 10 }) { server in
            let names = (100..<200).map { String(repeating: "é", count: 254) + "-\($0)" }
            for name in names { #expect(name.utf8.count == 512) }
            let escaped = names.map { name in
                "topic=" + name.utf8.map { "%" + String($0, radix: 16) }.joined()
            }
            let form = try await server.request(
                "POST", "/poll", headers: [Self.form], body: escaped.joined(separator: "&"))
            #expect(form.status == 200, "\(form.body)")
            let list = names.map { #""\#($0.replacing("é", with: "\\u00e9"))""# }.joined(separator: ",")
            let json = try await server.request("POST", "/poll", headers: [Self.json], body: #"{"topic":[\#(list)]}"#)
            #expect(json.status == 200, "\(json.body)")
            let more = try await server.request(
                "POST", "/poll?topic=more", headers: [Self.json], body: #"{"topic":[\#(list)]}"#)
            #expect(more.status == 400 && more.body.contains("--max-topics-per-stream"))
        }
    }

    @Test(arguments: [
        (form, "", 400, "no topic"), (form, "topic=%zz", 400, "hexadecimal"), (form, "topic=%ff", 400, "UTF-8"),
        (form, "topic=a&since=x", 400, "'since'"), (form, "topic=a&format=xml", 400, "'format'"),
        (form, "topic=$x", 400, "reserved"), (form, "topic=a&pattern=b", 400, "reserved"),
        (form, "topic=a&timeout=0", 400, "'timeout'"),
        (json, "[]", 400, "an object"), (json, #"{"topic":{}}"#, 400, "'topic' must be"),
        (json, #"{"topic":["a",["b"]]}"#, 400, "'topic' must be"), (json, #"{"topic":"a"}{"#, 400, "the end"),
        (json, #"{"topic":[]}"#, 400, "no topic"), (json, #"{"topic":"a","limit":1.5}"#, 400, "'limit'"),
        ("Content-Type: text/plain", "topic=a", 415, "application/x-www-form-urlencoded"),
        ("X-None: 1", "a", 415, "json"),
        ("Content-Type: application/json; charset=latin1", "{}", 415, "UTF-8"),
        (form + "\r\nContent-Encoding: gzip", "topic=a", 415, "content coding"),
        (form + "\r\nAccept: text/html", "topic=a", 406, "Accept"),
    ])
    func whatAQueryMayNotSayABodyMayNotEither(
        _ type: String, _ body: String, _ status: Int, _ detail: String
    ) async throws {
        try await TestServer.run { server in
            let answer = try await server.request("POST", "/long-poll", headers: [type], body: body)
            #expect(answer.status == status, "\(answer.body)")
            #expect(answer.body.contains(detail), "\(answer.body)")
            if status == 415, detail != "content coding", detail != "UTF-8" {
                #expect(answer["accept-post"] == "application/x-www-form-urlencoded, application/json")
            }
        }
    }

    @Test func itIsNoWriteAndAPreflightAllowsIt() async throws {
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { server in
            let headers = [Self.form, "Origin: https://any.example", "Host: rebound.example"]
            let answer = try await server.request("POST", "/poll", headers: headers, body: "topic=a")
            #expect(answer.status == 200, "\(answer.body)")
            for path in ["/ws", "/iframe"] {
                let refused = try await server.request("POST", path, headers: [Self.form], body: "topic=a")
                #expect(refused.status == 405)
            }
        }
        try await TestServer.run({ $0.cors = CORSPolicy(origins: ["https://friend.example"]) }) { server in
            let headers = [
                "Origin: https://friend.example", "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type",
            ]
            for path in ["/sse", "/poll", "/long-poll"] {
                let answer = try await server.request("OPTIONS", path, headers: headers)
                #expect(answer.status == 204)
                #expect(answer["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS")
                #expect(answer["access-control-allow-headers"]?.contains("Content-Type") == true)
            }
        }
    }
}
