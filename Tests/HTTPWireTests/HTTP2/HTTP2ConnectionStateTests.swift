import NIOCore
import Testing

@testable import HTTPWire

struct HTTP2ConnectionStateTests {
    private let start = NIODeadline.uptimeNanoseconds(1000)
    private let limits = HTTPLimits()

    private var state: HTTP2ConnectionState { HTTP2ConnectionState(limits: self.limits, now: self.start) }

    @Test func aConnectionWithoutStreamsIsSilentAndHasADeadline() {
        var state = self.state
        #expect(state.deadline == self.start + self.limits.headTime && state.silentSince == self.start)
        state.beginStream()
        #expect(state.deadline == nil && state.silentSince == nil)
        let ends = state.endStream(now: self.start)
        #expect(!ends)
        #expect(state.deadline == self.start + self.limits.idleTime && state.silentSince == self.start)
    }

    @Test func theServerEndsItInAMomentOrAfterItsStreams() {
        var idle = self.state
        let isNews = idle.closeSoon(now: self.start)
        #expect(isNews && !idle.isOver && idle.deadline == self.start + .milliseconds(500))
        idle.beginStream()
        #expect(idle.deadline == nil, "what was on its way is served")
        let endsWithIt = idle.endStream(now: self.start)
        #expect(endsWithIt)
        var busy = self.state
        busy.beginStream()
        let first = busy.closeSoon(now: self.start)
        #expect(first && busy.deadline == nil)
        let again = busy.closeSoon(now: self.start)
        #expect(!again)
        let ends = busy.endStream(now: self.start)
        #expect(ends)
    }

    @Test func oneBeyondACapEndsAfterItsFirstStreams() {
        var state = self.state
        state.closeAfterStreams()
        state.beginStream()
        let ends = state.endStream(now: self.start)
        #expect(ends)
    }

    @Test func itEndsOnce() {
        var state = self.state
        let drops = state.drop(1)
        let lingers = state.linger(now: self.start)
        #expect(!drops && !lingers)
        let ends = state.end(now: self.start)
        #expect(ends && state.isOver)
        let endsAgain = state.end(now: self.start)
        #expect(!endsAgain)
        #expect(state.deadline == self.start + self.limits.answerTime)
        let lingersNow = state.linger(now: self.start)
        let lingersAgain = state.linger(now: self.start)
        #expect(lingersNow && !lingersAgain)
        #expect(state.deadline == self.start + self.limits.lingerTime)
        let dropsAllowed = state.drop(self.limits.lingerBytes)
        let dropsBeyond = state.drop(1)
        #expect(!dropsAllowed && dropsBeyond)
    }

    @Test func whatHasComeOfAFrameHasToBecomeOne() {
        var state = self.state
        state.beginStream()
        state.hold(10, now: self.start)
        state.hold(20, now: self.start + .seconds(5))
        #expect(state.deadline == self.start + self.limits.headTime)
        state.hold(0, now: self.start)
        #expect(state.deadline == nil)
    }

    @Test func windowsAreWidenedForAReason() {
        var state = self.state
        let all = (0..<1000).map { _ in state.receiveWindowUpdate(dataFrames: 0) }
        #expect(all.allSatisfy { $0 })
        let one = state.receiveWindowUpdate(dataFrames: 0)
        #expect(!one)
        let two = state.receiveWindowUpdate(dataFrames: 1)
        #expect(two)
    }
}
