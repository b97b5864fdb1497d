import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When a client stops to read")
    struct SlowReaderTests {
        @Test("others are not slowed, the hub's memory stays bounded, and it is told what it missed")
        func stoppedReader() async throws {
            try await TestCluster.with(hubs: 2, hubArguments: ["--replay-count", "100"]) { cluster in
                let plan = CheckingSubscriber.Plan(topics: ["a"], hubs: cluster.hubs)
                let slow = SubscriberFleet(20, plan)
                let fast = SubscriberFleet(4, plan)
                try await slow.waitUntilOpen()
                try await fast.waitUntilOpen()
                for subscriber in slow.subscribers { subscriber.pause(true) }
                let publisher = NumberedPublisher(cluster.clients)
                let before = cluster.hubs.map(\.residentKilobytes)
                await publisher.publish(500, to: "a", padding: 20_000)
                try await fast.waitUntilReceived(publisher.counted.acknowledged, within: .seconds(10))
                let growth = zip(before, cluster.hubs).map { $1.residentKilobytes - $0 }
                print("counted: memory of the hubs grew by \(growth) KiB while 20 clients did not read 10 MB each")
                #expect(growth.allSatisfy { $0 < Patience.kilobytes(70_000) }, "\(growth)")
                fast.expectNothingWrong("fast readers beside slow ones", publisher.counted.acknowledged)
                for subscriber in slow.subscribers { subscriber.pause(false) }
                try await slow.waitUntilReceived(["a": [500]])
                let expected = publisher.counted.acknowledged
                print("counted: slow readers: \(slow.summary(expected))")
                for ledger in slow.ledgers {
                    #expect(ledger.doubled == 0 && ledger.outOfOrder == 0)
                    #expect(ledger.lost(of: expected) == 0 || ledger.resets.contains { $0.reason == "trimmed" })
                }
                await slow.stop()
                await fast.stop()
            }
        }
    }
}
