import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct LostConnectionTests {
    private static let timeout = Patience.milliseconds(300)
    private let impatient = RedisTimeouts.patient(command: .milliseconds(Self.timeout))
    private let late = "the connection to Redis is gone: no reply within \(Self.timeout) ms"

    @Test func aKilledServerLeavesTheOutcomeUnknown() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        let popped = redis.send(["BLPOP", "list", 0])
        let other = try await RedisCommandConnection.connect(server.endpoint)
        while try await other.call("INFO", "clients").string?.contains("blocked_clients:1") != true {}
        server.kill()
        let error = try #require(await popped.failure())
        guard case .outcomeUnknown = error else {
            Issue.record("\(error)")
            return
        }
        _ = try await redis.closeFuture.get()
        #expect(await redis.failure(of: "PING") == .notSent("the connection is closed"))
    }

    /// What succeeded is there, what was not sent isn't, and only what is unknown may be either.
    @Test(arguments: 1...3) func outcomesTellTheTruthWhenTheServerIsKilled(round: Int) async throws {
        // Otherwise Redis may answer before it writes.
        let server = try await RedisServer.started(configuration: ["appendfsync always"])
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        var futures: [EventLoopFuture<RESPValue>] = []
        for number in 0..<4000 {
            futures.append(redis.send(["SADD", "done", RedisArgument(number)]))
            if number == 1000 * round { server.kill() }
        }
        var outcomes: [RedisError?] = []
        for future in futures { outcomes.append(await future.failure()) }
        try await server.start()
        let members = try await self.members(server)
        for (number, outcome) in outcomes.enumerated() {
            let isThere = members.contains(number)
            switch outcome {
            case nil: #expect(isThere)
            case .outcomeUnknown: break
            case .notSent: #expect(!isThere)
            default: Issue.record("\(String(describing: outcome))")
            }
        }
    }

    @Test func aFrozenServerFailsCommandsInTimeAndClosesTheConnection() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint, timeouts: self.impatient)
        server.suspend()
        let failures = await [redis.send(["INCR", "n"]), redis.send(["INCR", "n"])].failures()
        #expect(failures == [.outcomeUnknown(self.late), .outcomeUnknown(self.late)])
        #expect(!redis.isOpen)
        #expect(try await redis.closeFuture.get() == .closed("no reply within \(Self.timeout) ms"))
        server.resume()
        let again = try await RedisCommandConnection.connect(server.endpoint)
        #expect(try await again.call("PING") == .simple("PONG"))
        again.close()
    }

    @Test func whatAFullSocketDidNotTakeIsNotSent() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint, timeouts: self.impatient)
        server.suspend()
        let padding = [UInt8](repeating: 120, count: 1_000_000)
        let futures = (0..<30).map {
            redis.send(["EVAL", "redis.call('SADD', 'done', ARGV[1])", 0, RedisArgument($0), .bytes(padding)])
        }
        let failures = await futures.failures()
        #expect(failures.allSatisfy { $0 == .outcomeUnknown(self.late) || $0 == .notSent(self.late) })
        #expect(failures.first == .outcomeUnknown(self.late))
        #expect(failures.filter { $0 == .notSent(self.late) }.count >= 20)
        server.resume()
        let members = try await self.members(server)
        for (number, failure) in failures.enumerated() where failure == .notSent(self.late) {
            #expect(!members.contains(number))
        }
    }

    @Test func tooManyCommandsWithoutRepliesAreNotSent() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(
            server.endpoint, timeouts: RedisTimeouts.patient(command: .seconds(60)))
        server.suspend()
        let futures = (0..<20_000).map { _ in redis.send(["INCR", "n"]) }
        redis.close()
        let failures = await futures.failures()
        let refused = failures.filter { $0 == .notSent("16384 commands wait for replies already") }
        #expect(refused.count == 20_000 - 16_384)
    }

    @Test func aPausedServerDelaysAndThenAnswers() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        #expect(try await redis.call("CLIENT", "PAUSE", 200, "ALL") == .simple("OK"))
        #expect(try await redis.call("INCR", "n") == .integer(1))
        redis.close()
    }

    @Test func commandsUnderWayFailWhenTheUserCloses() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        server.suspend()
        let future = redis.send(["INCR", "n"])
        redis.close()
        let error = try #require(await future.failure())
        #expect([.outcomeUnknown("the connection was closed"), .notSent("the connection was closed")].contains(error))
    }

    private func members(_ server: RedisServer) async throws -> Set<Int> {
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        defer { redis.close() }
        let members = try await redis.call("SMEMBERS", "done").array ?? []
        return Set(members.compactMap { $0.integer.map(Int.init) })
    }
}

extension Array where Element == EventLoopFuture<RESPValue> {
    fileprivate func failures() async -> [RedisError?] {
        var failures: [RedisError?] = []
        for future in self { failures.append(await future.failure()) }
        return failures
    }
}
