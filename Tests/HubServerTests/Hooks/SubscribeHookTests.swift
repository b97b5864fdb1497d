import ByteStreams
import ByteStrings
import HTTPWire
import HubCore
import HubDoor
import Logging
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import HubHooks
@testable import HubServer

/// An application decides who may subscribe, about whoever shows neither key nor token.
@Suite(.timeLimit(.minutes(1)))
struct SubscribeHookTests {
    private static let transports = ["/sse", "/iframe?origin=http://a.example&", "/poll", "/long-poll?timeout=1&"]

    private static func target(_ path: String, _ topic: String) -> String {
        "\(path)\(path.contains("?") ? "" : "?")topic=\(topic)&last_event_id=earliest"
    }

    /// Allows `open…`, and refuses all else.
    @Sendable private static func opensSome(_ request: TestApplication.Request) -> TestApplication.Answer {
        .init(status: request.body.contains("\"topics\":[\"open") ? .ok : .forbidden)
    }

    @Test(arguments: transports) func whatIsAllowedIsServedAndWhatIsNotIs403(path: String) async throws {
        try await TestApplication.run(Self.opensSome) { application, hooks in
            try await TestServer.run({
                $0.access = AccessRules(keys: PublishKeys(["k"]), hooks: hooks)
                $0.cors = CORSPolicy(origins: ["http://a.example"])
            }) { server in
                let refused = try await server.request("GET", Self.target(path, "shut"), headers: ["Cookie: id=7"])
                #expect(refused.status == 403)
                #expect(refused.body.contains("the application does not allow to subscribe to 'shut'"))
                try await server.connect { client in
                    client.send("GET", Self.target(path, "open"), headers: ["Cookie: id=7"])
                    try await client.wait("it is served") { text, _ in text.hasPrefix("HTTP/1.1 200") }
                }
                let asked = application.requests
                #expect(asked.count == 2)
                let name = path.dropFirst().prefix { $0 != "?" }
                #expect(
                    asked.last?.body
                        == #"{"action":"subscribe","transport":"\#(name)","client":"127.0.0.1","topics":["open"]}"#)
                #expect(
                    asked.allSatisfy { $0.headers["cookie"] == ["id=7"] && $0.headers["webhook-signature"].isEmpty })
            }
        }
    }

    @Test func whoShowsAKeyAndWhatIsPublicIsNotAskedAbout() async throws {
        try await TestApplication.run({ _ in .init(status: .forbidden) }) { application, hooks in
            let rules = AccessRules(
                keys: PublishKeys(["k"]), publicTopics: [try TopicPattern("news/*")], hooks: hooks)
            try await TestServer.run({ $0.access = rules }) { server in
                let key = ["Authorization: Bearer k"]
                let answer1 = try await server.request("GET", "/poll?topic=a", headers: key)
                #expect(answer1.status == 200)
                let answer2 = try await server.request("GET", "/poll?topic=news/1")
                #expect(answer2.status == 200)
                let answer3 = try await server.request("POST", "/publish?topic=a", headers: key, body: "x")
                #expect(answer3.status == 200)
                #expect(application.requests.isEmpty)
            }
        }
    }

    @Test func pagesOfOtherOriginsSendNoCookies() async throws {
        try await TestApplication.run({ _ in .init() }) { application, hooks in
            try await TestServer.run({
                $0.access = AccessRules(hooks: hooks)
                $0.cors = CORSPolicy(origins: ["https://friend.example"])
            }) { server in
                for origin in ["https://friend.example", "https://evil.example"] {
                    _ = try await server.request(
                        "GET", "/poll?topic=a", headers: ["Origin: \(origin)", "Cookie: id=7", "Cookie: a=b; c=d"])
                }
                #expect(application.requests.map { $0.headers["cookie"] } == [["id=7; a=b; c=d"], []])
            }
        }
    }

    @Test(arguments: [500, 404, 302, 204]) func onlyAnAnswerThatDecidesCounts(status: Int) async throws {
        try await TestApplication.run({ _ in .init(status: .init(statusCode: status)) }) { _, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                let answer = try await server.request("GET", "/poll?topic=a")
                #expect(answer.status == (status == 204 ? 200 : 503))
                #expect(status == 204 || answer["retry-after"] != nil)
            }
        }
    }

    @Test(arguments: [
        #"{"subject":""}"#, #"{"subject":7}"#, #"{"expires_in":0}"#, #"{"expires_in":"1"}"#, #"{"subject":"a""#, "{}}",
    ]) func anAnswerThatCannotBeReadDecidesNothing(body: String) async throws {
        try await TestApplication.run({ _ in .init(body: body) }) { _, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                let answer4 = try await server.request("GET", "/poll?topic=a")
                #expect(answer4.status == 503)
            }
        }
    }

    @Test func oneThatHangsHoldsNothingElseUp() async throws {
        try await TestApplication.run(timeout: .milliseconds(Patience.milliseconds(1500)), { _ in .init(isHeld: true) })
        { application, hooks in
            let rules = AccessRules(keys: PublishKeys(["k"]), publicTopics: [try TopicPattern("p")], hooks: hooks)
            try await TestServer.run({ $0.access = rules }) { server in
                try await server.connect { waiting in
                    waiting.send("GET", "/sse?topic=a")
                    try await eventually("it is asked") { !application.requests.isEmpty }
                    let answer5 = try await server.request("GET", "/poll?topic=p")
                    #expect(answer5.status == 200)
                    let published = try await server.request(
                        "POST", "/publish?topic=p", headers: ["Authorization: Bearer k"], body: "x")
                    #expect(published.status == 200)
                    let refused = try await waiting.readAnswer()
                    #expect(refused.status == 503 && refused.body.contains("gives no answer"))
                }
                // A browser's own EventSource would never come back after a 503.
                let farewell = try await server.request(
                    "GET", "/sse?topic=a", headers: ["Sec-Fetch-Mode: cors", "Cache-Control: no-cache"])
                #expect(farewell.status == 200 && farewell.body.contains("event: hub.close"))
            }
        }
    }

    @Test func oneThatIsNotThereIsToldAtOnce() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let caller = HookCaller(timeout: .seconds(60), secret: nil)
        let url = try #require(HookURL("http://127.0.0.1:1/hook"))
        let hook = Hook(url, caller, logger: logger)
        let asker = Asker(transport: "sse", client: .unknown, fields: [])
        await #expect(throws: HookFault.self) {
            try await hook.ask(.subscribe([Topic("a")]), of: asker).get()
        }
        #expect(hook.waitingCount == 0 && hook.counts[.failed] == 1)
        await caller.shutdown()
    }

    @Test func oneClientDoesNotTakeAllPlaces() async throws {
        try await TestApplication.run({ _ in .init(isHeld: true) }) { application, hooks in
            try await TestServer.run({
                $0.access = AccessRules(hooks: hooks)
                $0.trustedProxies = [AddressRange("127.0.0.1")].compactMap(\.self)
            }) { server in
                var clients: [RawClient] = []
                for number in 1...32 {
                    let client = try await RawClient.connect(port: server.port)
                    client.send("GET", "/sse?topic=t\(number)", headers: ["X-Forwarded-For: 192.0.2.1"])
                    clients.append(client)
                }
                try await eventually("all are asked about") { application.requests.count == 32 }
                let dropped = try await server.request(
                    "GET", "/poll?topic=x", headers: ["X-Forwarded-For: 192.0.2.1"])
                #expect(dropped.status == 503)
                try await server.connect { neighbour in
                    neighbour.send("GET", "/poll?topic=x", headers: ["X-Forwarded-For: 192.0.2.2"])
                    try await eventually("it is asked about too") { application.requests.count == 33 }
                }
                for client in clients { await client.close() }
                let counts = try #require(hooks.onSubscribe).counts
                #expect(counts[.dropped] == 1)
            }
        }
    }

    @Test func anAnswerIsRememberedAsLongAsItSays() async throws {
        try await TestApplication.run({ request in
            .init(headers: request.body.contains("long") ? ["Cache-Control": "private, max-age=600"] : [:])
        }) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                for topic in ["long", "short"] {
                    for (number, cookie) in ["a", "a", "b"].enumerated() {
                        let answer = try await server.request(
                            "GET", "/poll?topic=\(topic)",
                            headers: ["Cookie: id=\(cookie)", "traceparent: 00-\(number)"])
                        #expect(answer.status == 200)
                    }
                }
                #expect(application.requests.map { $0.headers["traceparent"] }.prefix(2) == [["00-0"], ["00-2"]])
                let asked = application.requests.map { $0.body.contains("long") }
                #expect(asked == [true, true, false, false, false], "once for each cookie; each time")
            }
        }
    }

    @Test func aStreamEndsWhenItsApprovalDoesAndWhenItsSubjectIsRevoked() async throws {
        try await TestApplication.run({ request in
            .init(
                headers: ["Cache-Control": "max-age=600"],
                body: request.body.contains("brief") ? #"{"expires_in":1}"# : #"{"subject":"ada","more":[1]}"#)
        }) { application, hooks in
            try await TestServer.run({
                $0.access = AccessRules(keys: PublishKeys(["k"]), hooks: hooks)
            }) { server in
                try await server.connect { client in
                    client.send("GET", "/sse?topic=brief")
                    try await client.wait("it ends") { text, _ in text.contains(#""reason":"expired""#) }
                }
                try await server.connect { client in
                    client.send("GET", "/sse?topic=a")
                    try await client.wait("it begins") { text, _ in text.hasPrefix("HTTP/1.1 200") }
                    let revoked = try await server.request(
                        "POST", "/revoke", headers: ["Authorization: Bearer k", "Content-Type: application/json"],
                        body: #"{"sub":"ada"}"#)
                    #expect(revoked.status == 200)
                    try await client.wait("it ends") { text, _ in text.contains(#""reason":"revoked""#) }
                }
                let asked = application.requests.count
                let answer6 = try await server.request("GET", "/poll?topic=a")
                #expect(answer6.status == 200)
                #expect(application.requests.count == asked + 1, "what was remembered is revoked too")
            }
        }
    }

    @Test func aWebSocketAsksForEachTopicThatItAdds() async throws {
        try await TestApplication.run(Self.opensSome) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"]), hooks: hooks) }) { server in
                try await server.connect { raw in
                    let (client, _) = try await WebSocketClient.open(raw, "/ws?topic=open1")
                    _ = try await client.message()
                    client.send(#"{"type":"subscribe","topic":"shut","ref":1}"#)
                    #expect(try await client.message().contains(#"does not allow to subscribe to 'shut'","ref":1"#))
                    client.send(#"{"type":"subscribe","topic":"open2","ref":2}"#)
                    #expect(try await client.message().hasPrefix(#"{"type":"subscribed","topic":"open2""#))
                    let key = ["Authorization: Bearer k"]
                    for topic in ["shut", "open2"] {
                        _ = try await server.request("POST", "/publish?topic=\(topic)", headers: key, body: "x")
                    }
                    #expect(try await client.message().contains(#""topic":"open2""#))
                    #expect(application.requests.count == 3)
                }
            }
        }
    }

    @Test func whatAWebSocketAsksForIsDoneInItsOrder() async throws {
        try await TestApplication.run({ request in
            .init(status: request.body.contains("shut") ? .forbidden : .ok, isHeld: request.body.contains("held"))
        }) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"]), hooks: hooks) }) { server in
                try await server.connect { raw in
                    let (client, _) = try await WebSocketClient.open(raw, "/ws?topic=open")
                    _ = try await client.message()
                    client.send(#"{"type":"subscribe","topic":"held","ref":1}"#)
                    client.send(#"{"type":"unsubscribe","topic":"held","ref":2}"#)
                    client.send(#"{"type":"subscribe","topic":"shut","ref":3}"#)
                    client.send(#"{"type":"publish","topic":"open","data":"held","ref":4}"#)
                    client.send(#"{"type":"publish","topic":"open","data":"fast","ref":5}"#)
                    for held in 1...2 {
                        try await eventually("it is asked") {
                            application.requests.count { $0.body.contains("held") } == held
                        }
                        application.release()
                        guard held == 1 else { continue }
                        #expect(try await client.message().hasPrefix(#"{"type":"subscribed","topic":"held""#))
                        #expect(try await client.message().hasPrefix(#"{"type":"unsubscribed","topic":"held","ref":2"#))
                        #expect(try await client.message().contains(#"does not allow to subscribe to 'shut'","ref":3"#))
                    }
                    var data: [String] = []
                    while data.count < 2 {
                        let message = try await client.message()
                        if message.contains(#""type":"event""#) { data.append(member("data", of: message) ?? "") }
                    }
                    #expect(data == ["held", "fast"])
                }
            }
        }
    }

    @Test(arguments: ["1e308", "1e400", "9300000000", "0.000001"]) func anyTimeThatANumberCanSayIsTaken(
        seconds: String
    ) async throws {
        try await TestApplication.run({ _ in .init(body: "{\"expires_in\":\(seconds)}") }) { _, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                try await server.connect { client in
                    client.send("GET", "/sse?topic=a")
                    try await client.wait("it begins") { text, _ in text.hasPrefix("HTTP/1.1 200") }
                }
            }
        }
    }

    @Test func aStreamThatIsAllowedDuringADrainDoesNotBegin() async throws {
        try await TestApplication.run({ _ in .init(isHeld: true) }) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                try await server.connect { client in
                    client.send("GET", "/sse?topic=a")
                    try await eventually("it is asked") { !application.requests.isEmpty }
                    // There is no stream yet that it would have to wait for.
                    await server.server.drain(over: .milliseconds(10))
                    application.release()
                    try await client.wait("it is told") { text, _ in text.contains("drain") || text.contains(" 503 ") }
                }
            }
        }
    }

    @Test func whatIsRevokedIsKnownAtOnce() async throws {
        try await TestApplication.run({ _ in
            .init(headers: ["Cache-Control": "max-age=600"], body: #"{"subject":"ada"}"#)
        }) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"]), hooks: hooks) }) { server in
                for asked in 1...5 {
                    #expect(try await server.request("GET", "/poll?topic=a").status == 200)
                    #expect(application.requests.count == asked)
                    let revoked = try await server.request(
                        "POST", "/revoke", headers: ["Authorization: Bearer k", "Content-Type: application/json"],
                        body: #"{"sub":"ada"}"#)
                    #expect(revoked.status == 200)
                }
            }
        }
    }
}
