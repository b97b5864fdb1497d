import HubDoor
import Testing

@testable import HubServer

/// Every entrance, and what it answers to whom.
@Suite(.timeLimit(.minutes(2)))
struct EntranceTests {
    /// What somebody shows.
    enum Shown: CaseIterable {
        case nothing, nonsense, expired, foreign, otherTopic, right, publishKey

        func token(_ tokens: TestTokens, _ entrance: Entrance) async throws -> String? {
            switch self {
            case .nothing: return nil
            case .nonsense: return "nonsense"
            case .expired: return try tokens.token(entrance.grant(for: "private/1"), expiresIn: -60)
            case .foreign:
                let others = try await TestTokens(secret: String(TestTokens.secret.reversed()))
                return try others.token(entrance.grant(for: "private/1"))
            case .otherTopic: return try tokens.token(entrance.grant(for: "private/2"))
            case .right: return try tokens.token(entrance.grant(for: "private/*"))
            case .publishKey: return "key"
            }
        }

        func status(at entrance: Entrance) -> Int {
            switch self {
            case .nothing, .nonsense, .expired, .foreign: 401
            case .otherTopic: 403
            case .right, .publishKey: entrance == .ws ? 101 : entrance == .delete ? 204 : 200
            }
        }
    }

    enum Entrance: CaseIterable {
        case sse, longPoll, poll, iframe, ws, form, publish, publishJSON, publishLines, topics, topic, delete

        /// What a token needs to come in for a topic. To look after the hub no topic is needed.
        func grant(for topic: String) -> String {
            switch self {
            case .sse, .longPoll, .poll, .iframe, .ws, .form: #""subscribe":["\#(topic)"]"#
            case .publish, .publishJSON, .publishLines: #""publish":["\#(topic)","public/*"]"#
            case .topics, .topic, .delete:
                topic == "private/*" ? #""admin":true"# : #""publish":["*"],"subscribe":["*"]"#
            }
        }

        var request: (method: String, target: String, headers: [String], body: String?) {
            switch self {
            case .sse: ("GET", "/sse?topic=public/1&topic=private/1", [], nil)
            case .longPoll: ("GET", "/long-poll?topic=private/1&cursor=earliest", [], nil)
            case .poll: ("GET", "/poll?topic=private/1&cursor=earliest", [], nil)
            case .iframe: ("GET", "/iframe?topic=private/1&origin=http://127.0.0.1", [], nil)
            case .ws: ("GET", "/ws?topic=private/1", WebSocketClient.handshake, nil)
            case .form:
                (
                    "POST", "/poll", ["Content-Type: application/x-www-form-urlencoded"],
                    "topic=private/1&cursor=earliest"
                )
            case .publish: ("POST", "/publish?topic=private/1", [], "x")
            case .publishJSON:
                (
                    "POST", "/publish", ["Content-Type: application/json"],
                    #"{"topic":["public/1","private/1"],"data":"x"}"#
                )
            case .publishLines:
                (
                    "POST", "/publish", ["Content-Type: application/x-ndjson"],
                    #"{"topic":"public/1","data":"x"}\#n{"topic":"private/1","data":"x"}"#
                )
            case .topics: ("GET", "/topics", [], nil)
            case .topic: ("GET", "/topics?topic=private/1", [], nil)
            case .delete: ("DELETE", "/topics?topic=private/1", [], nil)
            }
        }

        var isOpenEnded: Bool { self == .sse || self == .iframe || self == .ws }
        /// Whether a 403 has a topic to name.
        var hasTopic: Bool { ![.topics, .topic, .delete].contains(self) }
    }

    /// Where a token stands in a request.
    enum Place: CaseIterable {
        case field, query, cookie

        func apply(_ token: String, _ target: inout String, _ headers: inout [String]) {
            switch self {
            case .field: headers.append("Authorization: Bearer \(token)")
            case .query: target += (target.contains("?") ? "&" : "?") + "access_token=\(token)"
            case .cookie: headers.append("Cookie: theme=dark; hub_token=\(token)")
            }
        }
    }

    @Test(arguments: Place.allCases, TestBus.allCases)
    func eachAnswersByWhatIsShown(place: Place, bus: TestBus) async throws {
        let tokens = try await TestTokens(publicTopics: ["public/*"], publishKeys: ["key"])
        try await bus.with { makeBus in
            // One address that guesses so often would have to wait.
            for entrance in Entrance.allCases {
                try await TestServer.run({ $0.access = tokens.rules }, bus: makeBus) { server in
                    try await server.waitUntilReady()
                    try await Self.publish(server, "private/1")
                    for shown in Shown.allCases {
                        try await Self.check(server, entrance, shown, try await shown.token(tokens, entrance), place)
                        if entrance == .delete { try await Self.publish(server, "private/1") }
                    }
                }
            }
        }
    }

    private static func publish(_ server: TestServer, _ topic: String) async throws {
        let answer = try await server.request(
            "POST", "/publish?topic=\(topic)", headers: ["Authorization: Bearer key"], body: "secret")
        #expect(answer.status == 200)
    }

    private static func check(
        _ server: TestServer, _ entrance: Entrance, _ shown: Shown, _ token: String?, _ place: Place
    ) async throws {
        var (method, target, headers, body) = entrance.request
        if let token { place.apply(token, &target, &headers) }
        let status = shown.status(at: entrance)
        let what: Comment = "\(entrance) \(shown) \(place)"
        if status < 300, entrance.isOpenEnded {
            return try await server.connect { client in
                client.send(method, target, headers: headers, body: body)
                try await client.wait("\(what)") { text, _ in text.hasPrefix("HTTP/1.1 \(status) ") }
            }
        }
        let answer = try await server.request(method, target, headers: headers, body: body)
        #expect(answer.status == status, "\(what): \(answer.body)")
        #expect(!answer.body.contains("secret") || status < 300, what)
        if let token, token != "key", token != "nonsense" { #expect(!answer.body.contains(token), what) }
        guard status >= 400 else { return }
        #expect(answer["www-authenticate"]?.hasPrefix("Bearer realm=\"hub\"") == true, what)
        if shown == .otherTopic, entrance.hasTopic { #expect(answer.body.contains("'private/1'"), what) }
    }

    @Test func nothingIsPublishedOfABatchThatHoldsOneTopicTooMany() async throws {
        let tokens = try await TestTokens(publishKeys: ["key"])
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            let token = try tokens.token(#""publish":["a"]"#)
            let lines = #"{"topic":"a","data":"1"}\#n{"topic":"b","data":"2"}"#
            let refused = try await server.request(
                "POST", "/publish",
                headers: ["Content-Type: application/x-ndjson", "Authorization: Bearer \(token)"], body: lines)
            #expect(refused.status == 403 && refused.body.contains("'b'"))
            let listed = try await server.request("GET", "/topics", headers: ["Authorization: Bearer key"])
            #expect(listed.body == #"{"topics":[]}"#)
        }
    }

    @Test func whatIsPublicNeedsNoToken() async throws {
        let tokens = try await TestTokens(publicTopics: ["news", "public/*"])
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            for (topic, status) in [("news", 200), ("news/1", 401), ("public/1", 200), ("public", 401), ("$hub", 400)] {
                let answer = try await server.request("GET", "/poll?topic=\(topic)")
                #expect(answer.status == status, "\(topic): \(answer.body)")
            }
            let bearer = ["Authorization: Bearer \(try tokens.token(#""subscribe":["mine"]"#))"]
            for (query, status) in [("topic=mine&topic=news", 200), ("topic=mine&topic=yours", 403)] {
                let answer = try await server.request("GET", "/poll?\(query)", headers: bearer)
                #expect(answer.status == status, "\(query): \(answer.body)")
            }
            for target in ["/health/ready", "/metrics", "/openapi.yaml"] {
                #expect(try await server.request("GET", target).status == 200)
            }
        }
    }

    @Test func aTokenInAURLIsNeverToldAgain() async throws {
        let tokens = try await TestTokens()
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            let token = try tokens.token(#""subscribe":["a"]"#)
            for target in [
                "/poll?topic=b&access_token=\(token)", "/poll?topic=&access_token=\(token)", "/x?access_token=\(token)",
            ] {
                let answer = try await server.request("GET", target)
                #expect(answer.status >= 400 && !answer.body.contains(token.prefix(20)), "\(target): \(answer.body)")
            }
            let twice = try await server.request("GET", "/poll?topic=a&access_token=\(token)&access_token=\(token)")
            #expect(twice.status == 400)
            #expect(try await !server.request("GET", "/metrics").body.contains(token.prefix(20)))
            let frame = try await server.request(
                "HEAD", "/iframe?topic=a&origin=http://127.0.0.1&access_token=\(token)")
            #expect(frame.status == 200 && frame["referrer-policy"] == "no-referrer")
        }
    }
}
