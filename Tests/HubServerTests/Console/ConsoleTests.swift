import HTTPWire
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct ConsoleTests {
    @Test func aReportSaysHowTheMemberIs() async throws {
        try await TestServer.run { server in
            let raw = try await server.askRaw(#"{"ask":"report"}"#)
            #expect(raw.status == 200)
            #expect(raw["content-type"] == "application/json")
            #expect(raw.body.contains(#"["hub_subscribers",{},0]"#))
            #expect(raw.body.contains(#"["hub_delivery_latency_seconds_bucket",{"le":"+Inf"},0]"#))
            let answer = try await server.ask(#"{"ask":"report"}"#)
            #expect(answer.unreached == nil)
            #expect(answer.members.map(\.member) == [answer.asked])
            #expect(answer.members[0].ready == true && answer.members[0].draining == false)
            #expect(answer.members[0].version == "1.2.3")
        }
    }

    @Test func streamsAreFoundByTopicAndByAddressAndEnded() async throws {
        try await TestServer.run { server in
            try await server.connect { stream in
                stream.send("GET", "/sse?topic=a&topic=b")
                try await stream.wait("the head") { text, _ in text.contains("\r\n\r\n") }
                for question in [
                    #"{"ask":"streams"}"#, #"{"ask":"streams","topic":"b"}"#,
                    #"{"ask":"streams","client":"127.0.0.1"}"#,
                ] {
                    let found = try #require(try await server.ask(question).members.first)
                    #expect(found.count == 1)
                    let one = try #require(found.streams?.first)
                    #expect(one.transport == "sse" && one.topics == ["a", "b"] && one.topicCount == 2)
                    #expect(one.client == "127.0.0.1" && one.subject == nil && one.state == "live" && one.lag == 0)
                    #expect(!one.slow && one.cursor != nil)
                }
                for question in [
                    #"{"ask":"streams","topic":"c"}"#, #"{"ask":"streams","client":"192.0.2.1"}"#,
                    #"{"ask":"streams","subject":"ada"}"#,
                ] {
                    let found = try await server.ask(question).members.first
                    #expect(found?.count == 0)
                }
                let answer = try await server.ask(#"{"ask":"streams"}"#)
                let id = try #require(answer.members.first?.streams?.first?.stream)
                let elsewhere = try await server.ask(#"{"ask":"end","member":"another","stream":"\#(id)"}"#)
                #expect(elsewhere.members.isEmpty)
                let ended = try await server.ask(#"{"ask":"end","member":"\#(answer.asked)","stream":"\#(id)"}"#)
                #expect(ended.members.first?.ended == true)
                try await stream.wait("the end") { text, _ in text.contains(#"{"reason":"shed"}"#) }
                let again = try await server.ask(#"{"ask":"end","member":"\#(answer.asked)","stream":"\#(id)"}"#)
                #expect(again.members.first?.ended == false)
                let incident = try #require(try await server.ask(#"{"ask":"report"}"#).members[0].incidents?.first)
                #expect(incident.kind == "closed" && incident.reason == "shed" && incident.client == "127.0.0.1")
            }
        }
    }

    @Test func topicsAreCountedAndTheBusiestNamed() async throws {
        try await TestServer.run { server in
            try await server.connect { stream in
                stream.send("GET", "/sse?topic=a")
                try await stream.wait("the head") { text, _ in text.contains("\r\n\r\n") }
                _ = try await server.ask(#"{"ask":"topics","topics":["a"]}"#)
                for _ in 0..<3 { _ = try await server.request("POST", "/publish?topic=a", body: "x") }
                let asked = try await server.ask(#"{"ask":"topics","topics":["a","nobody"]}"#)
                let topics = try #require(asked.members[0].topics)
                #expect(topics.map(\.topic) == ["a", "nobody"])
                #expect(topics[0].subscribers == 1 && topics[0].events == 3)
                #expect(topics[1].subscribers == 0 && topics[1].events == nil && topics[1].rate == nil)
                try await eventually("a rate") {
                    let busiest = try await server.ask(#"{"ask":"report"}"#).members[0].topics
                    return busiest?.first { $0.topic == "a" }?.rate != nil
                }
            }
        }
    }

    @Test func resetsAndRefusalsAreAmongTheIncidents() async throws {
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { server in
            _ = try await server.request("GET", "/poll?topic=a&cursor=nonsense")
            _ = try await server.request("POST", "/publish?topic=a", body: "x")
            _ = try await server.request(
                "POST", "/publish?topic=a", headers: ["Authorization: Bearer secret"], body: "x")
            let report = try await server.askRaw(#"{"ask":"report","history":true}"#, key: "k")
            #expect(!report.body.contains("secret"))
            let incidents = try #require(
                try await server.ask(#"{"ask":"report","history":true}"#, key: "k").members[0].incidents)
            #expect(incidents.contains { $0.kind == "reset" && $0.reason == "unknown" && $0.topic == "a" })
            let refused = incidents.filter { $0.kind == "refused" && $0.reason.hasPrefix("401 /publish: ") }
            #expect(refused.map(\.count) == [2] && refused.map(\.client) == ["127.0.0.1"])
            #expect(incidents.map(\.at) == incidents.map(\.at).sorted(by: >), "the newest first")
        }
    }

    @Test func whoMayNotLookAfterTheHubIsRefused() async throws {
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { server in
            let refused = try await server.askRaw(#"{"ask":"report"}"#)
            #expect(refused.status == 401)
            let page = try await server.request("GET", "/console")
            #expect(page.status == 200 && page["content-security-policy"]?.contains("default-src 'none'") == true)
            let published = try await server.request("POST", "/console/publish?topic=a", body: "x")
            #expect(published.status == 401)
            let foreign = try await server.request(
                "POST", "/console/ask",
                headers: [
                    "Content-Type: application/json", "Authorization: Bearer k", "Origin: https://elsewhere.example",
                ], body: #"{"ask":"report"}"#)
            #expect(foreign.status == 403)
        }
    }

    @Test(arguments: [
        ("", "expected"), ("{}", "'ask' must be"), (#"{"ask":"everything"}"#, "'ask' must be"),
        (#"{"ask":"topics"}"#, "1 to 100"), (#"{"ask":"topics","topics":[""]}"#, "topic"),
        (#"{"ask":"streams","topic":"a","subject":"b"}"#, "by one of"),
        (#"{"ask":"streams","client":"x"}"#, "IP address"),
        (#"{"ask":"streams","topik":"a"}"#, "'topik'"), (#"{"ask":"streams","topic":5}"#, "'topic'"),
        (#"{"ask":"report","history":"true"}"#, "'history'"),
        (#"{"ask":"topics","topics":["a",1]}"#, "list of strings"),
        (#"{"ask":"end"}"#, "'member' and 'stream'"), (#"{"ask":"end","member":"m","stream":"1"}"#, "'stream'"),
    ])
    func aQuestionThatIsNoneIsRefused(_ question: String, _ reason: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.askRaw(question)
            #expect(answer.status == 400 && answer.body.contains(reason), "\(answer.body)")
        }
    }

    @Test func whoAsksTooMuchAtOnceIsToldSo() async throws {
        try await TestServer.run { server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<64 { group.addTask { try await server.askRaw(#"{"ask":"report"}"#).status } }
                for try await status in group { #expect([200, 503].contains(status)) }
            }
        }
    }

    @Test func aLongAnswerEndsBeforeItIsTooLong() async throws {
        try await TestServer.run { server in
            try await server.connect { stream in
                let names = (0..<60).map { "topic=\($0)" + String(repeating: "%22%5C", count: 240) }
                stream.send(
                    "POST", "/sse", headers: ["Content-Type: application/x-www-form-urlencoded"],
                    body: names.joined(separator: "&"))
                try await stream.wait("the head") { text, _ in text.contains("text/event-stream") }
                let report = try await server.askRaw(#"{"ask":"report"}"#)
                #expect(report.body.utf8.count < 128 << 10)
                let topics = try await server.ask(#"{"ask":"report"}"#).members[0].topics
                #expect((1..<60).contains(topics?.count ?? 0))
            }
        }
    }

    @Test func theConsoleIsWhereTheOperatingPathsAre() async throws {
        try await TestServer.run({ $0.operating = OperatingAddress(host: "127.0.0.1", port: 0) }) { main in
            let port = try #require(main.server.operatingAddress?.port)
            let operating = TestServer(server: main.server, hub: main.hub, port: port)
            for path in ["/console", "/console/hub.js"] {
                let (hidden, shown) = (try await main.request("GET", path), try await operating.request("GET", path))
                #expect(hidden.status == 404 && shown.status == 200)
            }
            let asked = try await operating.ask(#"{"ask":"report"}"#)
            #expect(asked.members.count == 1)
            try await operating.connect { stream in
                stream.send("GET", "/console/sse?topic=a")
                try await stream.wait("the head") { text, _ in text.contains("text/event-stream") }
                let published = try await operating.request("POST", "/console/publish?topic=a", body: "x")
                #expect(published.status == 200)
                try await stream.wait("the event") { text, _ in text.contains("data: x") }
            }
        }
    }
}
