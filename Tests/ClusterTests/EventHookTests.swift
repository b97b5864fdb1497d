import Foundation
import NIOHTTP1
import TestSupport
import Testing

extension ClusterTests {
    @Suite("An application that is told what has streams")
    struct EventHookTests {
        private static func told(_ application: TestApplication) -> [String] {
            application.requests.flatMap { request in
                request.body.matches(of: /"type":"topic\.(\w+)","topic":"(\w+)"/).map { "\($0.1) \($0.2)" }
            }
        }

        @Test("hears of the first stream in the cluster and of the last, and of those between nothing")
        func firstAndLast() async throws {
            try await TestApplication.run({ _ in .init(status: .noContent) }) { application in
                try await TestCluster.with(hubs: 2, hubArguments: ["--on-event", application.url]) { cluster in
                    let first = try await Self.stream("a", "b", at: cluster.hubs[0], in: cluster.directory)
                    try await waitUntil("both are told") {
                        Set(Self.told(application)) == ["occupied a", "occupied b"]
                    }
                    let second = try await Self.stream("a", "c", at: cluster.hubs[1], in: cluster.directory)
                    try await waitUntil("what is new is told") { Self.told(application).contains("occupied c") }
                    first.end()
                    // Settled together with a, which the other member has.
                    try await waitUntil("what has gone is told") { Self.told(application).contains("vacated b") }
                    second.end()
                    try await waitUntil("what has gone is told") { Self.told(application).count == 6 }
                    #expect(
                        Self.told(application).sorted() == [
                            "occupied a", "occupied b", "occupied c", "vacated a", "vacated b", "vacated c",
                        ])
                }
            }
        }

        @Test("hears of streams that end with their hub")
        func drained() async throws {
            try await TestApplication.run({ _ in .init(status: .noContent) }) { application in
                try await TestCluster.with(hubs: 1, hubArguments: ["--on-event", application.url]) { cluster in
                    _ = try await Self.stream("a", at: cluster.hubs[0], in: cluster.directory)
                    try await waitUntil("it is told") { Self.told(application) == ["occupied a"] }
                    cluster.hubs[0].signal(SIGTERM)
                    _ = try await cluster.hubs[0].wait()
                    #expect(Self.told(application) == ["occupied a", "vacated a"])
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
