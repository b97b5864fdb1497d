import HubCore
import NIOCore
import Testing

@testable import HubRedis

@Suite struct ReadinessTests {
    private func connected() -> Readiness {
        var readiness = Readiness()
        #expect(readiness.note(.unreachable, nil) == nil)
        #expect(readiness.note(.notSubscribed, nil) == nil)
        return readiness
    }

    @Test func itIsReadyOnceEverythingIsThere() {
        var readiness = Readiness()
        #expect(readiness.status != .ready)
        _ = readiness.note(.unreachable, nil)
        #expect(readiness.status == .notReady(reason: "not subscribed to Redis yet"))
        _ = readiness.note(.notSubscribed, nil)
        #expect(readiness.status == .ready)
    }

    @Test func eachChangeIsLoggedOnce() {
        var readiness = self.connected()
        #expect(readiness.note(.unreachable, "refused") == .worse(reason: "refused"))
        #expect(readiness.note(.unreachable, "timed out") == nil)
        #expect(readiness.note(.notSubscribed, "lost") == nil)
        #expect(readiness.status == .notReady(reason: "timed out"))
        #expect(readiness.note(.unreachable, nil) == nil)
        #expect(readiness.status == .notReady(reason: "lost"))
        #expect(readiness.note(.notSubscribed, nil) == .recovered)
        #expect(readiness.note(.notSubscribed, nil) == nil)
    }

    @Test func anotherReasonIsLoggedButNotAtEachAttempt() {
        var readiness = self.connected()
        let start = NIODeadline.uptimeNanoseconds(1)
        #expect(readiness.note(.unreachable, "refused", at: start) == .worse(reason: "refused"))
        #expect(readiness.note(.unreachable, "wrong password", at: start + .seconds(1)) == nil)
        #expect(readiness.note(.unreachable, "refused", at: start + .seconds(40)) == nil)
        #expect(
            readiness.note(.unreachable, "wrong password", at: start + .seconds(41)) == .worse(reason: "wrong password")
        )
        #expect(readiness.note(.unreachable, "refused", at: start + .seconds(70)) == nil)
        #expect(readiness.note(.unreachable, "refused", at: start + .seconds(71)) == .worse(reason: "refused"))
    }

    @Test func theWorstTroubleIsTold() {
        var readiness = self.connected()
        #expect(readiness.note(.evicts, "evicts") == .worse(reason: "evicts"))
        #expect(readiness.note(.unreachable, "gone") == .worse(reason: "gone"))
        #expect(readiness.note(.unreachable, nil) == nil)
        #expect(readiness.status == .notReady(reason: "evicts"))
    }

    @Test func whatLastsIsLoggedOnceItIsTheWorst() {
        var readiness = Readiness()
        #expect(readiness.note(.evicts, "evicts") == nil)
        #expect(readiness.note(.unreachable, nil) == .worse(reason: "evicts"))
        #expect(readiness.note(.notSubscribed, nil) == nil)
        #expect(readiness.note(.evicts, nil) == .recovered)
    }
}
