import HubCore
import NIOCore
import NIOPosix
import RedisWire
import Testing

@testable import HubRedis

@Suite struct RetryLineTests {
    private static let reply = RESPValue.array([.bulk(Array("0123456789abcdef-0000000000000001".utf8))])

    /// What the calls find; confined to the loop.
    private final class Server {
        var error: (any Error)? = RedisError.server("TRYAGAIN not now")
        var made: [Int] = []
        var tries = 0
    }

    /// Makes calls 0, 1, 2…, the server being well again after so many tries.
    private func run(_ count: Int, untilTry well: Int, error: any Error, within time: TimeAmount = .seconds(20))
        async throws -> (
            made: [Int], tries: Int, failed: Int
        )
    {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return try await loop.flatSubmit {
            let (server, line) = (Server(), RetryLine(WaitingCalls(), on: loop))
            server.error = error
            let futures = (0..<count).map { number in
                let promise = loop.makePromise(of: ScriptReply.self)
                let patience = CallPatience([], until: .now() + time)
                line.take(
                    RetryLine.Call(patience, promise) {
                        server.tries += 1
                        if server.tries > well { server.error = nil }
                        if let error = server.error { return loop.makeFailedFuture(error) }
                        server.made.append(number)
                        return loop.makeCompletedFuture { try ScriptReply(Self.reply) }
                    })
                return promise.futureResult.map { _ in true }.recover { _ in false }
            }
            return EventLoopFuture.whenAllSucceed(futures, on: loop).assumeIsolated().map { results in
                (server.made, server.tries, results.count { !$0 })
            }.nonisolated()
        }.get()
    }

    @Test func callsThatAreRefusedForNowKeepTheirOrder() async throws {
        for error in [RedisError.server("TRYAGAIN not now"), RedisError.server("MOVED 1 h:1"), BeingMoved()]
            as [any Error]
        {
            let result = try await self.run(20, untilTry: 4, error: error)
            #expect(result.made == Array(0..<20) && result.failed == 0)
            #expect(result.tries < 30, "only the first is tried again and again")
        }
    }

    @Test func aCallThatIsRefusedToTheEndFails() async throws {
        let error = RedisError.server("TRYAGAIN not now")
        let result = try await self.run(3, untilTry: .max, error: error, within: .seconds(2))
        #expect(result.failed == 3 && result.made.isEmpty)
        #expect(result.tries > 1 && result.tries < 40, "again, and not without a pause")
    }

    @Test func whatMayHaveBeenDoneIsNotRepeated() async throws {
        let errors: [any Error] = [
            BusError.unknownOutcome(reason: ""), BusError.unavailable(reason: ""), RedisError.outcomeUnknown(""),
            RedisError.server("NOPERM"), RedisError.server("UNKNOWN hub: "),
        ]
        for error in errors {
            let result = try await self.run(3, untilTry: 2, error: error)
            #expect(result.tries == 3 && result.failed == 2 && result.made == [2])
        }
    }
}
