import NIOCore
import Testing

@testable import RedisWire

@Suite struct LivenessTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func after(_ seconds: Int64) -> NIODeadline { self.start + .seconds(seconds) }

    @Test func silenceIsAskedAboutThenDeadly() {
        var liveness = Liveness(timeout: .seconds(4), now: self.start)
        #expect(liveness.check(at: self.after(1)) == .alive(self.after(2)))
        #expect(liveness.check(at: self.after(2)) == .ask(self.after(4)))
        #expect(liveness.check(at: self.after(3)) == .alive(self.after(4)))
        #expect(liveness.check(at: self.after(4)) == .dead)
    }

    @Test func anyArrivalIsASignOfLife() {
        var liveness = Liveness(timeout: .seconds(4), now: self.start)
        #expect(liveness.check(at: self.after(2)) == .ask(self.after(4)))
        liveness.arrived(at: self.after(3))
        #expect(liveness.check(at: self.after(4)) == .alive(self.after(5)))
        #expect(liveness.check(at: self.after(5)) == .ask(self.after(7)))
    }

    @Test func aProcessThatSleptAsksBeforeItJudges() {
        var liveness = Liveness(timeout: .seconds(4), now: self.start)
        #expect(liveness.check(at: self.after(100)) == .ask(self.after(102)))
    }

    @Test func askingAgainGivesNoMoreTime() {
        var liveness = Liveness(timeout: .seconds(4), now: self.start)
        #expect(liveness.asked(at: self.after(1)) == self.after(3))
        #expect(liveness.asked(at: self.after(2)) == self.after(3))
        #expect(liveness.check(at: self.after(3)) == .dead)
    }
}
