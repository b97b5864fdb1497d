import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When a thousand clients stop to read")
    struct StalledReadersTests {
        private static let half = 1000
        private static let eventCount = 24
        private static let padding = 64_000

        @Test("a thousand others get everything at once, and the hub's memory stays flat until all have it")
        func stalled() async throws {
            try await TestCluster.with(hubs: 1) { cluster in
                let hub = cluster.hubs[0]
                let readers = try await Self.connect(2 * Self.half, to: hub)
                let (reading, stalled) = (readers.prefix(Self.half), readers.suffix(Self.half))
                let publisher = NumberedPublisher(cluster.clients)
                await publisher.publish(1, to: "a")
                try await Self.waitUntil(readers, have: 1)
                for reader in stalled { try await reader.pause(true) }
                let before = hub.residentKilobytes
                await publisher.publish(Self.eventCount, to: "a", padding: Self.padding)
                try await Self.waitUntil(reading, have: Self.eventCount + 1)
                let whileStalled = hub.residentKilobytes - before
                let behind = stalled.filter { $0.last < Self.eventCount + 1 }.count
                for reader in stalled { try await reader.pause(false) }
                try await Self.waitUntil(stalled, have: Self.eventCount + 1)
                let afterwards = hub.residentKilobytes - before
                print(
                    "counted: memory of the hub grew by \(whileStalled) KiB while \(behind) of 2000 clients did not read "
                        + "\(Self.eventCount * Self.padding / 1000) kB each, and by \(afterwards) KiB until they had")
                #expect(behind == Self.half, "the sockets hold less than what was sent")
                // A queue for each client would be 1.5 GB.
                #expect(max(whileStalled, afterwards) < Patience.kilobytes(100_000))
                #expect(readers.flatMap(\.faults).isEmpty)
                for reader in readers { await reader.close() }
            }
        }

        private static func connect(_ count: Int, to hub: HubProcess) async throws -> [NumberReader] {
            var readers: [NumberReader] = []
            while readers.count < count {
                try await withThrowingTaskGroup(of: NumberReader.self) { group in
                    for _ in 0..<50 {
                        group.addTask { try await NumberReader.connect(port: hub.port, topic: "a") }
                    }
                    for try await reader in group { readers.append(reader) }
                }
            }
            let opened = readers
            try await ClusterTests.wait("all streams are open") { opened.allSatisfy(\.isOpen) }
            return readers
        }

        private static func waitUntil(_ readers: some Collection<NumberReader>, have last: Int) async throws {
            try await ClusterTests.wait("\(readers.count) readers have all of \(last)") {
                readers.allSatisfy { $0.last == last }
            }
        }
    }

    private static func wait(_ what: String, _ condition: () -> Bool) async throws {
        try await waitUntil(what, within: .seconds(60)) { condition() }
    }
}
