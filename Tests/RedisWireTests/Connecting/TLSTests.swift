import Foundation
import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct TLSTests {
    /// A server with TLS on a port of its own.
    private struct TLSServer {
        let redis: RedisServer
        let port: Int
        var authority: String { "\(self.redis.directory.path)/cert.pem" }

        init(names: String = "DNS:localhost,IP:127.0.0.1") async throws {
            let port = try await FreePort.find()
            self.port = port
            self.redis = try await RedisServer.started(
                configuration: [
                    "tls-port \(port)", "tls-cert-file DIR/cert.pem", "tls-key-file DIR/key.pem",
                    "tls-ca-cert-file DIR/cert.pem", "tls-auth-clients no", "requirepass secret",
                ],
                prepare: { try Certificate.make(in: $0, names: names) })
        }

        func endpoint(_ host: String, _ query: String = "", scheme: String = "rediss") throws -> RedisEndpoint {
            try RedisEndpoint("\(scheme)://:secret@\(host):\(self.port)\(query)")
        }
    }

    private func failure(_ endpoint: RedisEndpoint, timeouts: RedisTimeouts = .patient()) async -> RedisError? {
        do {
            try await RedisCommandConnection.connect(endpoint, timeouts: timeouts).close()
            return nil
        } catch {
            return error as? RedisError
        }
    }

    @Test(arguments: ["localhost", "127.0.0.1"]) func aTrustedServerIsSpokenTo(host: String) async throws {
        let server = try await TLSServer()
        let redis = try await RedisCommandConnection.connect(server.endpoint(host, "?ca=\(server.authority)"))
        let bytes = [UInt8](repeating: 7, count: 1_000_000)
        #expect(try await redis.call("SET", "k", .bytes(bytes)) == .simple("OK"))
        #expect(try await redis.call("GET", "k") == .bulk(bytes))
        server.redis.kill()
        let error = try #require(try await redis.closeFuture.get())
        #expect(error == .closed("the server closed it"))
    }

    @Test func messagesComeOverTLS() async throws {
        let server = try await TLSServer()
        let delegate = RecordingDelegate()
        let endpoint = try server.endpoint("localhost", "?verify=none")
        let subscription = try await RedisSubscriptionConnection.connect(endpoint, delegate)
        subscription.subscribe([Array("c".utf8)])
        try await eventually("subscribed") { delegate.events == [.subscribed("c")] }
        let redis = try await RedisCommandConnection.connect(endpoint)
        for number in 0..<1000 { _ = redis.send(["PUBLISH", "c", RedisArgument(number)]) }
        try await eventually("all messages came") { delegate.messages == (0..<1000).map { String($0) } }
        subscription.close()
        redis.close()
    }

    @Test func aServerThatIsNotTrustedIsTurnedDown() async throws {
        let server = try await TLSServer()
        let unknown = try #require(await self.failure(server.endpoint("localhost")))
        #expect(unknown.description.contains("CERTIFICATE_VERIFY_FAILED"))
        #expect(try await self.failure(server.endpoint("localhost", "?verify=none")) == nil)
        let other = try await TLSServer(names: "DNS:other.example")
        let wrongName = try #require(await self.failure(other.endpoint("localhost", "?ca=\(other.authority)")))
        #expect(wrongName.description.contains("TLS: "))
    }

    @Test func oneSideWithoutTLSIsToldInOneLine() async throws {
        let server = try await TLSServer()
        let plain = try #require(await self.failure(server.endpoint("localhost", scheme: "redis")))
        #expect(plain.description.hasSuffix(", before the handshake was complete"))
        let unencrypted = try await RedisServer.started(tcp: true)
        let port = unencrypted.port
        // Redis waits for the end of what it takes for a line.
        let encrypted = await self.failure(
            try RedisEndpoint("rediss://localhost:\(port)"), timeouts: .patient(connect: .milliseconds(500)))
        #expect(encrypted == .connectFailed("no answer within 500 ms"))
    }

    @Test func aMissingFileOfAuthoritiesIsNamed() async throws {
        let error = try #require(await self.failure(RedisEndpoint("rediss://localhost:1?ca=/nowhere.pem")))
        #expect(error.description.contains("/nowhere.pem"))
    }

    @Test func aFrozenServerOverTLSIsGivenUpInTime() async throws {
        let server = try await TLSServer()
        let redis = try await RedisCommandConnection.connect(
            server.endpoint("localhost", "?verify=none"), timeouts: RedisTimeouts.patient(command: .milliseconds(200)))
        server.redis.suspend()
        let start = ContinuousClock.now
        #expect(
            await redis.failure(of: "INCR", "n")
                == .outcomeUnknown("the connection to Redis is gone: no reply within 200 ms"))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(!redis.isOpen)
    }
}
