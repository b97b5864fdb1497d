import ByteStrings
import Foundation
import HubClient
import TestSupport
import Testing

/// What the console asks, of all members at once. curl is the client.
@Suite(.timeLimit(.minutes(3)))
struct ConsoleTests {
    private struct Answer: Decodable {
        struct Member: Decodable {
            struct Topic: Decodable {
                let topic: String
                let subscribers: Int
            }

            struct Stream: Decodable { let stream: String }

            let member: String
            let topics: [Topic]?
            let streams: [Stream]?
            let ended: Bool?
        }

        let asked: String
        let unreached: String?
        let members: [Member]
    }

    private static func ask(_ hub: HubProcess, _ question: String) throws -> Answer {
        let output = try ChildProcess.run(["curl", "-s", "--json", question, "\(hub.url)/console/ask"]).output
        return try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
    }

    private static func subscribers(_ hub: HubProcess) throws -> Int {
        try self.ask(hub, #"{"ask":"topics","topics":["a"]}"#).members.flatMap { $0.topics ?? [] }
            .reduce(0) { $0 + $1.subscribers }
    }

    @Test("any member knows of all, and of one that was killed no longer")
    func members() async throws {
        try await TestCluster.with { cluster in
            let fleet = SubscriberFleet(6, .init(topics: ["a"], hubs: cluster.hubs))
            try await fleet.waitUntilOpen()
            for hub in cluster.hubs {
                try await waitUntil("all members answer") {
                    try Self.ask(hub, #"{"ask":"report"}"#).members.count == 3 && Self.subscribers(hub) == 6
                }
            }
            await fleet.stop()
            let kept = try ChildProcess.run([
                "redis-cli", "-p", "\(cluster.redis.port)", "keys", "*members*",
            ]).output
            #expect(!kept.contains("members"), "what members say is kept nowhere")
            await cluster.hubs[2].kill()
            let killed = ContinuousClock.now
            try await waitUntil("the killed member is missed") {
                try Self.ask(cluster.hubs[0], #"{"ask":"report"}"#).members.count == 2
            }
            #expect(ContinuousClock.now - killed < .seconds(10))
        }
    }

    @Test("a stream is ended on whatever member it is")
    func ending() async throws {
        try await TestCluster.with(hubs: 2) { cluster in
            let stream = try await ChildProcess.start(
                ["curl", "-sN", "\(cluster.hubs[1].url)/sse?topic=a"], output: cluster.directory.file("stream"))
            try await waitUntil("the stream is open") { !stream.text.isEmpty }
            var found: (member: String, stream: String)?
            try await waitUntil("the stream is found") {
                let members = try Self.ask(cluster.hubs[0], #"{"ask":"streams","topic":"a"}"#).members
                found = members.compactMap { member in member.streams?.first.map { (member.member, $0.stream) } }.first
                return found != nil
            }
            let (member, id) = try #require(found)
            let answer = try Self.ask(cluster.hubs[0], #"{"ask":"end","member":"\#(member)","stream":"\#(id)"}"#)
            #expect(answer.members.map(\.ended) == [true] && answer.asked != member)
            _ = try await stream.wait(within: .seconds(15))
            #expect(stream.text.contains(#"{"reason":"shed"}"#))
        }
    }

    @Test("with Redis away, the member that is asked still answers, and says why it is alone")
    func alone() async throws {
        try await TestCluster.with(hubs: 2) { cluster in
            cluster.redis.kill()
            try await cluster.waitUntilNotReady()
            let answer = try Self.ask(cluster.hubs[0], #"{"ask":"report"}"#)
            #expect(answer.members.map(\.member) == [answer.asked] && answer.unreached != nil)
        }
    }
}
