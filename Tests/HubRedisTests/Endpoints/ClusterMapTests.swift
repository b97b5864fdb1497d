import RedisWire
import TestSupport
import Testing

@testable import HubRedis

@Suite struct ClusterMapTests {
    private func node(_ host: RESPValue, _ port: Int64, _ details: [RESPValue] = []) -> RESPValue {
        .array([host, .integer(port), Self.bulk("0123"), .array(details)])
    }

    private static func bulk(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }

    private func range(_ first: Int64, _ last: Int64, _ nodes: RESPValue...) -> RESPValue {
        .array([.integer(first), .integer(last)] + nodes)
    }

    @Test func thePrimaryOfTheSlotIsTheFirstOfItsRange() {
        let (one, two, three) = (Self.bulk("10.0.0.1"), Self.bulk("10.0.0.2"), Self.bulk("10.0.0.3"))
        let reply = RESPValue.array([
            self.range(0, 13906, self.node(one, 1)), self.range(13907, 13907, self.node(two, 2), self.node(three, 3)),
            self.range(13908, 16383, self.node(one, 1)),
        ])
        let map = ClusterMap(reply, slot: 13907)
        #expect(map.owner == .init(host: "10.0.0.2", port: 2))
        #expect(map.others == [.init(host: "10.0.0.1", port: 1), .init(host: "10.0.0.3", port: 3)])
        #expect(ClusterMap(.array([self.range(0, 5, self.node(one, 1))]), slot: 6).owner == nil)
    }

    @Test func aNodeThatDoesNotKnowItsNameIsTheOneThatWasAsked() {
        for host in [RESPValue.null, Self.bulk(""), Self.bulk("?")] {
            #expect(
                ClusterMap(.array([self.range(0, 9, self.node(host, 7))]), slot: 5).owner == .init(host: "", port: 7))
        }
        let known = self.node(Self.bulk("?"), 7, [Self.bulk("ip"), Self.bulk("10.0.0.9")])
        #expect(ClusterMap(.array([self.range(0, 9, known)]), slot: 5).owner == .init(host: "10.0.0.9", port: 7))
    }

    @Test func whatIsNoNodeIsPassedOver() {
        let one = Self.bulk("10.0.0.1")
        for value in [
            RESPValue.null, .array([]), .array([.integer(0)]), self.range(0, 9),
            self.range(0, 9, self.node(one, 0)), self.range(0, 9, self.node(one, 70_000)), self.range(0, 9, .null),
            self.range(0, 9, self.node(Self.bulk("a b"), 1)), self.range(0, 9, self.node(Self.bulk("ü"), 1)),
        ] {
            #expect(ClusterMap(.array([value]), slot: 5).owner == nil)
            #expect(ClusterMap(value, slot: 5).owner == nil)
        }
    }

    @Test func aRedirectionNamesANode() {
        #expect(ClusterMap.target(ofMoved: "MOVED 13907 10.0.0.2:6380") == .init(host: "10.0.0.2", port: 6380))
        #expect(ClusterMap.target(ofMoved: "MOVED 13907 ::1:6380") == .init(host: "::1", port: 6380))
        #expect(ClusterMap.target(ofMoved: "MOVED 13907 :6380") == .init(host: "", port: 6380))
        for message in ["MOVED", "MOVED 1", "MOVED 1 host", "MOVED 1 host:", "MOVED 1 host:x", "MOVED 1 h:99999"] {
            #expect(ClusterMap.target(ofMoved: message) == nil)
        }
    }

    @Test func theSlotIsThatOfEveryKey() async throws {
        let redis = try RedisServer(["cluster-enabled yes"])
        defer { redis.stop() }
        try await redis.start()
        #expect(try redis.cli("CLUSTER", "KEYSLOT", "any:{0}:log:{1}") == "\(PartitionNames.slot)")
    }
}
