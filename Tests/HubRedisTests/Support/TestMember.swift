import HubCore
import Logging
import NIOCore
import NIOPosix
import RedisWire
import TestSupport

@testable import HubRedis

/// A bus with its recorder, on the loops that all tests share.
struct TestMember {
    let bus: RedisBus
    let recorder = BusRecorder()
    let log = LogRecorder()

    init(
        _ endpoint: RedisEndpoint, replayCount: Int = 1_000, replayAge: TimeAmount = .hours(1),
        confirmingReplicas: Int = 0, timeouts: RedisTimeouts = .patient
    ) {
        let log = self.log
        self.bus = RedisBus(
            location: .server(endpoint), replayCount: replayCount, replayAge: replayAge,
            confirmingReplicas: confirmingReplicas, timeouts: timeouts,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "test") { _ in log })
    }

    func start() {
        self.bus.start(delegate: self.recorder)
    }

    func ready() async throws {
        try await eventually("the bus is ready") { self.bus.status == .ready }
    }

    /// Takes its server from it, and waits until it is back. `ready` would not do: it is ready until it has noticed.
    func outlives(_ loss: () async throws -> Void) async throws {
        let before = self.recorder.count { $0 == .lost }
        try await loss()
        try await eventually("the bus is ready again") {
            self.recorder.count { $0 == .lost } > before && self.bus.status == .ready
        }
    }

    func subscribe(_ topic: Topic) async throws {
        let before = self.recorder.count { $0 == .subscribed(topic) }
        self.bus.subscribe(topic)
        try await eventually("\(topic) is subscribed") { self.recorder.count { $0 == .subscribed(topic) } > before }
    }

    @discardableResult
    func publish(_ topic: Topic, _ data: String, key: String? = nil) async throws -> EventID {
        let publication = try Publication(
            topics: [topic], data: EventData(data), key: key.map { try IdempotencyKey($0) })
        let published = try await self.bus.publish([publication]).get()
        return published[0].id
    }

    /// The error of publishing what must not be published.
    func failure(_ topic: Topic, key: String? = nil) async throws -> BusError {
        do {
            let id = try await self.publish(topic, "x", key: key)
            throw ChildProcess.Failure(description: "publishing failed, it gave \(id)")
        } catch let error as BusError {
            return error
        }
    }

    /// Retires those of these topics that are old, or forgets them, as a member does from time to time.
    func retire(_ topics: [String]) async throws -> Int64 {
        let names = topics.map { Array($0.utf8) }
        let logs = names.map { PartitionNames(prefix: "hub").log(of: $0) }
        let arguments = ["3600000", "100"] + names.map { RedisArgument.bytes($0) }
        let bus = self.bus
        return try await bus.eventLoop.flatSubmit { bus.parts.value.scripts.call(.retire, logs, arguments) }.get()
            .integer(1)
    }

    func tail(_ topic: Topic, limit: Int = 100) async throws -> LogPage {
        try await self.bus.read(topic, .tail, limit: limit).get()
    }
}

/// Runs a test with a member that is ready, and shut down afterwards.
func withMember<Value>(
    _ endpoint: RedisEndpoint, replayCount: Int = 1_000, replayAge: TimeAmount = .hours(1),
    confirmingReplicas: Int = 0, timeouts: RedisTimeouts = .patient, waitUntilReady: Bool = true,
    _ body: (TestMember) async throws -> Value
) async throws -> Value {
    let member = TestMember(
        endpoint, replayCount: replayCount, replayAge: replayAge, confirmingReplicas: confirmingReplicas,
        timeouts: timeouts)
    member.start()
    do {
        if waitUntilReady { try await member.ready() }
        let value = try await body(member)
        try await member.bus.shutdown().get()
        return value
    } catch {
        try await member.bus.shutdown().get()
        throw error
    }
}

extension BusError {
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
    var isUnknown: Bool { if case .unknownOutcome = self { true } else { false } }
}

extension RedisTimeouts {
    /// The usual ones, but for slow machines.
    static var patient: RedisTimeouts {
        let answer = TimeAmount.milliseconds(Patience.milliseconds(2_000))
        return RedisTimeouts(
            connect: answer, command: answer, liveness: .milliseconds(Patience.milliseconds(5_000)))
    }
}
