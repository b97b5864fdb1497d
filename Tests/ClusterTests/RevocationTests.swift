import ByteStrings
import Foundation
import HubTokens
import TestSupport
import Testing

/// Tokens that are taken back: on every member, at once, and for good. curl is the client.
@Suite(.timeLimit(.minutes(3)))
struct RevocationTests {
    private static let secret = "0123456789abcdef0123456789abcdef"
    private static let arguments = ["--jwt-key", "HS256:\(secret)", "--publish-key", "key"]

    private static func token(subject: String, issued: Double = Date().timeIntervalSince1970) async throws -> String {
        let key = try await TokenKey(.hs256, id: nil, text: Self.secret)
        let claims = #"{"sub":"\#(subject)","iat":\#(issued),"exp":\#(issued + 600),"hub":{"subscribe":["*"]}}"#
        return try TokenMint(key).token(claims: ByteString(claims))
    }

    private static func revoke(_ subject: String, at hub: HubProcess) throws {
        let answer = try ChildProcess.run([
            "curl", "-s", "-H", "Authorization: Bearer key", "--json", #"{"sub":"\#(subject)"}"#, "\(hub.url)/revoke",
        ]).output
        #expect(answer.contains(#""sub":"\#(subject)","before":"#), "\(answer)")
    }

    private static func status(of token: String, at hub: HubProcess) throws -> String {
        try ChildProcess.run([
            "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Authorization: Bearer \(token)",
            "\(hub.url)/poll?topic=a",
        ]).output
    }

    private static func stream(
        _ path: String, _ token: String, at hub: HubProcess, in directory: TestDirectory
    ) async throws -> ChildProcess {
        let stream = try await ChildProcess.start(
            ["curl", "-sN", "-H", "Authorization: Bearer \(token)", "\(hub.url)\(path)"],
            output: directory.file("stream-\(UUID().uuidString)"))
        try await waitUntil("the stream is open") { !stream.text.isEmpty }
        return stream
    }

    @Test func everyMemberEndsTheStreamsOfTheSubjectAndRefusesItsOlderTokens() async throws {
        try await TestCluster.with(hubs: 2, hubArguments: Self.arguments) { cluster in
            let (ada, bob) = (try await Self.token(subject: "ada"), try await Self.token(subject: "bob"))
            var streams: [ChildProcess] = []
            for hub in cluster.hubs {
                streams.append(try await Self.stream("/sse?topic=a", ada, at: hub, in: cluster.directory))
                streams.append(
                    try await Self.stream(
                        "/iframe?topic=a&origin=http://127.0.0.1:\(hub.port)", ada, at: hub, in: cluster.directory))
            }
            let others = try await Self.stream("/sse?topic=a", bob, at: cluster.hubs[1], in: cluster.directory)
            try Self.revoke("ada", at: cluster.hubs[0])
            for stream in streams {
                try await waitUntil("the stream is told") { stream.text.contains("revoked") && stream.poll() != nil }
            }
            #expect(others.poll() == nil && !others.text.contains("revoked"))
            for hub in cluster.hubs {
                #expect(try Self.status(of: ada, at: hub) == "401")
                #expect(try Self.status(of: bob, at: hub) == "200")
                let later = try await Self.token(subject: "ada", issued: Date().timeIntervalSince1970 + 1)
                #expect(try Self.status(of: later, at: hub) == "200")
            }
            await others.kill()
        }
    }

    @Test func whatWasRevokedStaysSoAfterARestartAndWhileRedisWasAway() async throws {
        try await TestCluster.with(hubs: 2, persistence: .everyWrite, hubArguments: Self.arguments) { cluster in
            let ada = try await Self.token(subject: "ada")
            #expect(try Self.status(of: ada, at: cluster.hubs[1]) == "200")
            await cluster.hubs[1].kill()
            try Self.revoke("ada", at: cluster.hubs[0])
            try await cluster.hubs[1].start()
            try await waitUntil("the hub that was away knows") {
                try Self.status(of: ada, at: cluster.hubs[1]) == "401"
            }
            // A hub that is started while Redis is away knows as soon as that is back, and ends what it let in until then.
            await cluster.hubs[0].kill()
            cluster.redis.kill()
            try await cluster.hubs[0].start()
            let stream = try await Self.stream("/sse?topic=a", ada, at: cluster.hubs[0], in: cluster.directory)
            try await cluster.redis.start()
            try await waitUntil("the stream is told") { stream.text.contains("revoked") }
            #expect(try Self.status(of: ada, at: cluster.hubs[0]) == "401")
        }
    }
}
