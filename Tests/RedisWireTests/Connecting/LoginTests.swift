import Foundation
import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct LoginTests {
    private let rules = ["user default on >de:fault ~* &* +@all", "user alice on >s@cret ~a:* &a:* +@all -ping"]

    private func failure(_ url: String, timeouts: RedisTimeouts = .patient()) async throws -> String? {
        let endpoint = try RedisEndpoint(url)
        do {
            try await RedisCommandConnection.connect(endpoint, timeouts: timeouts).close()
            return nil
        } catch RedisError.connectFailed(let reason) {
            return reason
        }
    }

    @Test func aUserOfTheServersRulesLogsIn() async throws {
        let server = try await RedisServer.started(configuration: self.rules)
        let redis = try await RedisCommandConnection.connect(
            RedisEndpoint("unix://alice:s%40cret@\(server.directory.path)/s?db=3"))
        #expect(try await redis.call("ACL", "WHOAMI") == .bulk(Array("alice".utf8)))
        let info = try await redis.call("CLIENT", "INFO").string ?? ""
        #expect(info.contains(" db=3 ") && info.contains(" name=hub-commands "))
        let error = await redis.failure(of: "GET", "b:1")
        #expect(error?.serverCode == "NOPERM")
        redis.close()
    }

    @Test func thePasswordOfTheDefaultUserLogsIn() async throws {
        let server = try await RedisServer.started(tcp: true, configuration: self.rules)
        let port = server.port
        #expect(try await self.failure("redis://:de%3Afault@127.0.0.1:\(port)") == nil)
        #expect(try await self.failure("redis://default:de%3Afault@localhost:\(port)") == nil)
    }

    @Test func aRefusalIsToldWithoutThePassword() async throws {
        let server = try await RedisServer.started(configuration: self.rules)
        let path = "\(server.directory.path)/s"
        let wrong = try await self.failure("unix://alice:hunter2@\(path)")
        #expect(wrong == "login refused: WRONGPASS invalid username-password pair or user is disabled.")
        #expect(try await self.failure("unix://\(path)") == "NOAUTH Authentication required.")
        let database = try await self.failure("unix://:de:fault@\(path)?db=99")
        #expect(database == "database refused: ERR DB index is out of range")
    }

    @Test func whereNobodyListensIsToldAtOnce() async throws {
        let port = try await FreePort.find()
        #expect(try await self.failure("redis://127.0.0.1:\(port)") == "Connection refused")
        #expect(try await self.failure("redis://localhost:\(port)") == "Connection refused")
        #expect(try await self.failure("unix:///nowhere/s") == "No such file or directory")
        #expect(try await self.failure("redis://does-not-exist.invalid") == "the host name can't be resolved")
    }

    @Test func aServerThatDoesNotAnswerIsGivenUp() async throws {
        let server = try await RedisServer.started()
        server.suspend()
        let timeouts = RedisTimeouts.patient(connect: .milliseconds(200))
        #expect(try await self.failure(server.socketURL, timeouts: timeouts) == "no answer within 200 ms")
    }

    @Test func whatIsNoRedisServerIsTold() async throws {
        let web = try await FakeServer(answers: ["HTTP/1.1 400 Bad Request\r\n\r\n"])
        let reason = try await self.failure("redis://127.0.0.1:\(web.port)")
        #expect(reason == "Redis broke the protocol: Protocol error, got \"H\" as reply type byte")
        let closing = try await FakeServer(answers: [nil])
        let reason2 = try await self.failure("redis://127.0.0.1:\(closing.port)")
        #expect(reason2 == "the server closed it, before the handshake was complete")
    }

    @Test func aFullServerTurnsAwayInOneLine() async throws {
        let server = try await RedisServer.started(configuration: ["maxclients 1"])
        let first = try await RedisCommandConnection.connect(server.endpoint)
        let reason = try #require(try await self.failure(server.socketURL))
        // The server resets the connection right after its words, which may be faster than their way here.
        #expect(
            reason == "ERR max number of clients reached" || reason.hasSuffix(", before the handshake was complete"))
        first.close()
    }
}
