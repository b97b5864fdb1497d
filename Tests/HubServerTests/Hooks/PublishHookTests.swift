import HubDoor
import HubHooks
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import HubServer

/// An application decides who may publish what, about whoever shows neither key nor token.
@Suite(.timeLimit(.minutes(1)))
struct PublishHookTests {
    @Sendable private static func refusesShouting(_ request: TestApplication.Request) -> TestApplication.Answer {
        .init(status: request.body.contains("!") ? .unauthorized : .noContent)
    }

    @Test func itSeesTheEventsAndDecidesAboutAllOfThem() async throws {
        try await TestApplication.run(Self.refusesShouting) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                let lines = ["Content-Type: application/x-ndjson"]
                let rest = #"["a","b"],"event":"n","data":"é\n"}"#
                let events = #"{"topic":"# + rest
                let taken = try await server.request("POST", "/publish", headers: lines, body: events)
                #expect(taken.status == 200)
                #expect(
                    application.requests.first?.body
                        == #"{"action":"publish","transport":"publish","client":"127.0.0.1","events":[{"topics":\#(rest)]}"#
                )
                let refused = try await server.request(
                    "POST", "/publish", headers: lines, body: events + "\n" + #"{"topic":"a","data":"!"}"#)
                #expect(refused.status == 403 && refused.body.contains("does not allow to publish this"))
                let polled = try await server.request("GET", "/poll?topic=a&last_event_id=earliest")
                #expect(polled.body.split(separator: "data").count == 2, "one event: \(polled.body)")
            }
        }
    }

    @Test func whoShowsAKeyIsNotAskedAboutAndAWrongOneIs401() async throws {
        try await TestApplication.run(Self.refusesShouting) { application, hooks in
            try await TestServer.run({
                $0.access = AccessRules(keys: PublishKeys(["k"]), hooks: Hooks(onPublish: hooks.onPublish))
            }) { server in
                let target = "/publish?topic=a"
                for (key, status) in [("Bearer k", 200), ("Bearer wrong", 401)] {
                    let answer = try await server.request(
                        "POST", target, headers: ["Authorization: \(key)"], body: "!")
                    #expect(answer.status == status)
                }
                #expect(application.requests.isEmpty)
                let answer1 = try await server.request("POST", target, body: "!")
                #expect(answer1.status == 403)
                let basic = try await server.request("POST", target, headers: ["Authorization: Basic eDp5"], body: "x")
                #expect(basic.status == 200 && application.requests.last?.headers["authorization"] == ["Basic eDp5"])
                let answer2 = try await server.request("GET", "/poll?topic=a")
                #expect(answer2.status == 200, "reading needs nothing")
            }
        }
    }

    @Test func aHubWithHooksIsNotOpenForAllElse() async throws {
        try await TestApplication.run(Self.refusesShouting) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: Hooks(onSubscribe: hooks.onSubscribe)) }) {
                server in
                for (method, target) in [
                    ("POST", "/publish?topic=a"), ("GET", "/topics"), ("DELETE", "/topics?topic=a"),
                ] {
                    let answer = try await server.request(method, target, body: method == "POST" ? "x" : nil)
                    #expect(answer.status == 401, "\(method) \(target)")
                }
                #expect(application.requests.isEmpty)
            }
        }
    }

    @Test func aPageOfAnotherOriginDoesNotReachIt() async throws {
        try await TestApplication.run(Self.refusesShouting) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                let answer = try await server.request(
                    "POST", "/publish?topic=a", headers: ["Origin: https://evil.example"], body: "x")
                #expect(answer.status == 403 && application.requests.isEmpty)
            }
        }
    }

    @Test func aWebSocketPublishesWhatIsAllowed() async throws {
        try await TestApplication.run(Self.refusesShouting) { _, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                try await server.connect { raw in
                    let (client, _) = try await WebSocketClient.open(raw)
                    _ = try await client.message()
                    client.send(#"{"type":"publish","topic":"b","data":"!","ref":1}"#)
                    #expect(try await client.message().contains(#"does not allow to publish this","ref":1"#))
                    client.send(#"{"type":"publish","topic":"b","data":"x","ref":2}"#)
                    #expect(try await client.message().hasPrefix(#"{"type":"published""#))
                }
            }
        }
    }

    @Test func requestsAreSignedAsStandardWebhooksSays() async throws {
        // The example of the specification's libraries.
        let secret = try #require(HookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        try await TestApplication.run(secret: secret, { _ in .init() }) { application, hooks in
            try await TestServer.run({ $0.access = AccessRules(hooks: hooks) }) { server in
                let answer3 = try await server.request("POST", "/publish?topic=a", body: "x")
                #expect(answer3.status == 200)
                let request = try #require(application.requests.first)
                let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"].map { request.headers[$0] }
                #expect(headers.allSatisfy { $0.count == 1 && !$0[0].isEmpty })
                #expect(headers[2].first?.hasPrefix("v1,") == true)
            }
        }
    }
}
