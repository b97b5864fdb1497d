import HubCore
import Logging
import NIOCore
import RedisWire

/// What a member of the cluster is told at its start.
struct RedisBusSettings: Sendable {
    let location: RedisLocation
    let names: PartitionNames
    let replayCount: Int
    let replayAge: TimeAmount
    /// The most bytes of an event's data that the functions take.
    let maximumEventBytes: Int
    /// How many replicas are to have an event before its publisher is answered.
    let confirmingReplicas: Int
    let timeouts: RedisTimeouts
    let eventLoop: any EventLoop
    let logger: Logger
    /// Names this member's probe channel; random, so that no two members hear each other's.
    let member = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()

    /// What finds the server.
    func makeEndpoints() -> any EndpointSource {
        switch self.location {
        case .server(let endpoint): FixedEndpoint(endpoint, on: self.eventLoop)
        case .sentinels(let group): SentinelEndpoints(group, self)
        case .cluster(let seeds): ClusterEndpoints(seeds, self)
        }
    }

    /// How long events are kept, in the unit of Redis.
    var replayAgeMilliseconds: Int64 { self.replayAge.nanoseconds / 1_000_000 }

    /// How often a probe goes out: often enough for a silent subscription to be noticed in time.
    var probeInterval: TimeAmount {
        min(.seconds(2), .nanoseconds(max(1_000_000, self.timeouts.liveness.nanoseconds / 3)))
    }

    /// How often old topics are looked for.
    var retirementInterval: TimeAmount {
        max(.milliseconds(100), min(.seconds(30), .nanoseconds(self.replayAge.nanoseconds / 4)))
    }

    /// How often the server is asked whether it may evict, and whether it still has the functions.
    var checkInterval: TimeAmount { .seconds(3) }
}

extension TimeAmount {
    /// The same, give or take a fifth, so that members do not move in step.
    var jittered: TimeAmount {
        let fifth = self.nanoseconds / 5
        return .nanoseconds(self.nanoseconds + Int64.random(in: -fifth...fifth))
    }
}
