import Foundation
import NIOHTTP1
import TestSupport
import Testing

extension ClusterTests {
    @Suite("An application that is told what has streams")
    struct EventHookTests {
        /// What each member has told, in order.
        private static func told(_ application: TestApplication) -> [String: [String]] {
            application.requests.reduce(into: [:]) { told, request in
                guard let member = request.body.firstMatch(of: /"member":"(\w+)"/) else { return }
                let events = request.body.matches(of: /"type":"topic\.(\w+)","topic":"(\w+)"/)
                told[String(member.1), default: []] += events.map { "\($0.1) \($0.2)" }
            }
        }

        @Test("hears of the first stream on each member and of the last, and what is left over all of them is true")
        func firstAndLast() async throws {
            try await TestApplication.run({ _ in .init(status: .noContent) }) { application in
                try await TestCluster.with(hubs: 2, hubArguments: ["--on-event", application.url]) { cluster in
                    let first = try await Self.stream("a", at: cluster.hubs[0], in: cluster.directory)
                    let second = try await Self.stream("a", "b", at: cluster.hubs[1], in: cluster.directory)
                    try await waitUntil("all is told") { Self.told(application).values.joined().count == 3 }
                    first.end()
                    try await waitUntil("what has gone is told") {
                        Self.told(application).values.contains(["occupied a", "vacated a"])
                    }
                    #expect(Self.told(application).values.contains { $0.sorted() == ["occupied a", "occupied b"] })
                    second.end()
                    try await waitUntil("what has gone is told") {
                        Self.told(application).values.contains { $0.suffix(2).sorted() == ["vacated a", "vacated b"] }
                    }
                }
            }
        }

        @Test("hears of streams that end with their hub")
        func drained() async throws {
            try await TestApplication.run({ _ in .init(status: .noContent) }) { application in
                try await TestCluster.with(hubs: 1, hubArguments: ["--on-event", application.url]) { cluster in
                    _ = try await Self.stream("a", at: cluster.hubs[0], in: cluster.directory)
                    try await waitUntil("it is told") { Self.told(application).values.first == ["occupied a"] }
                    cluster.hubs[0].signal(SIGTERM)
                    _ = try await cluster.hubs[0].wait()
                    #expect(Array(Self.told(application).values) == [["occupied a", "vacated a"]])
                }
            }
        }

        private static func stream(
            _ topics: String..., at hub: HubProcess, in directory: TestDirectory
        ) async throws -> ChildProcess {
            let query = topics.map { "topic=\($0)" }.joined(separator: "&")
            let stream = try await ChildProcess.start(
                ["curl", "-sN", "\(hub.url)/sse?\(query)"], output: directory.file("stream-\(UUID().uuidString)"))
            try await waitUntil("the stream is open") { !stream.text.isEmpty }
            return stream
        }
    }
}
