import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPWire

struct RequestMachineTests {
    private let start = NIODeadline.uptimeNanoseconds(0)

    private func head(_ method: HTTPMethod = .GET, _ headers: HTTPHeaders = [:]) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: method, uri: "/", headers: headers)
    }

    private func machine(_ limits: HTTPLimits = HTTPLimits()) -> RequestMachine {
        RequestMachine(limits: limits, now: self.start)
    }

    @Test func oneRequestIsServedAtATime() {
        var machine = self.machine()
        #expect(machine.receiveHead(self.head(), refusal: nil, now: self.start) == .nothing)
        #expect(machine.takesParts)
        #expect(machine.receiveEnd() == .dispatch(ByteBuffer()))
        #expect(!machine.takesParts)
        #expect(!machine.takesBytes)
        #expect(machine.deadline == nil)
        machine.respond(now: self.start)
        #expect(!machine.takesParts)
        #expect(machine.responseWasRead(now: self.start) == .next)
        #expect(machine.takesParts)
        #expect(machine.isIdle)
        #expect(machine.deadline == self.start + HTTPLimits().idleTime)
    }

    @Test func theBodyIsGatheredAndItsAllowanceOfTimeGrows() {
        var machine = self.machine()
        let head = self.head(.POST, ["Content-Length": "16384", "Expect": "100-continue"])
        #expect(
            machine.receiveHead(head, refusal: nil, maximumBodyBytes: 16_384, now: self.start) == .sendContinue)
        let half = ByteBuffer(repeating: 1, count: 8192)
        #expect(machine.receiveBody(half, now: self.start) == .nothing)
        #expect(machine.deadline == self.start + HTTPLimits().bodyTime + .seconds(1))
        #expect(machine.receiveBody(half, now: self.start) == .nothing)
        #expect(machine.receiveEnd() == .dispatch(ByteBuffer(repeating: 1, count: 16_384)))
    }

    @Test func aRefusedBodyIsReadOn() {
        var limits = HTTPLimits()
        limits.lingerBytes = 100
        var machine = self.machine(limits)
        let head = self.head(.POST, ["Transfer-Encoding": "chunked"])
        _ = machine.receiveHead(head, refusal: nil, maximumBodyBytes: 10, now: self.start)
        #expect(machine.receiveBody(ByteBuffer(repeating: 1, count: 11), now: self.start) == .refuse)
        #expect(!machine.keepsAlive)
        machine.respond(now: self.start)
        #expect(machine.responseWasRead(now: self.start) == .closeOutput)
        #expect(machine.receiveBody(ByteBuffer(repeating: 1, count: 11), now: self.start) == .nothing)
        var isEnough = machine.receiveBytes(100)
        #expect(!isEnough)
        #expect(machine.receiveEnd() == .nothing)
        #expect(machine.isLingering)
        isEnough = machine.receiveBytes(1)
        #expect(isEnough)
    }

    @Test func aRefusedRequestWithoutABodyKeepsTheConnection() {
        var machine = self.machine()
        let refusal = Response(.notFound)
        #expect(machine.receiveHead(self.head(), refusal: refusal, now: self.start) == .nothing)
        #expect(machine.receiveEnd() == .refuse)
        machine.respond(now: self.start)
        #expect(machine.keepsAlive)
        #expect(machine.responseWasRead(now: self.start) == .next)
    }

    @Test func whatCantBeReadIsRefusedOnce() {
        var machine = self.machine()
        #expect(machine.fail(now: self.start) == .refuse)
        #expect(machine.fail(now: self.start) == .nothing)
        machine.respond(now: self.start)
        #expect(machine.responseWasRead(now: self.start) == .closeOutput)
        let late = self.start + HTTPLimits().lingerTime
        #expect(machine.expire(now: late, hasPartialHead: true) == .close)
        #expect(machine.isDone)
    }

    @Test func timeEndsWhatTakesTooLong() {
        var machine = self.machine()
        let late = self.start + HTTPLimits().headTime
        #expect(machine.expire(now: late - .nanoseconds(1), hasPartialHead: true) == .nothing)
        var silent = machine
        #expect(silent.expire(now: late, hasPartialHead: false) == .close)
        #expect(machine.expire(now: late, hasPartialHead: true) == .refuse)
    }

    @Test func anIdleConnectionIsClosedAtOnceAndABusyOneAfterItsResponse() {
        var idle = self.machine()
        let idleEnds = idle.closeSoon(hasPartialHead: false)
        #expect(idleEnds)
        var busy = self.machine()
        _ = busy.receiveHead(self.head(), refusal: nil, now: self.start)
        _ = busy.receiveEnd()
        let busyEnds = busy.closeSoon(hasPartialHead: false)
        #expect(!busyEnds)
        busy.respond(now: self.start)
        #expect(!busy.keepsAlive)
        #expect(busy.responseWasRead(now: self.start) == .linger)
    }

    @Test func theConnectionLingersAfterItsLastResponse() {
        var limits = HTTPLimits()
        limits.lingerBytes = 100
        var machine = self.machine(limits)
        _ = machine.receiveHead(self.head(), refusal: nil, isLast: true, now: self.start)
        _ = machine.receiveEnd()
        machine.respond(now: self.start)
        #expect(!machine.keepsAlive && !machine.dropsInput)
        var ended = machine
        #expect(ended.responseWasRead(now: self.start, hasInputEnded: true) == .close)
        #expect(machine.responseWasRead(now: self.start) == .linger)
        #expect(machine.dropsInput && machine.takesBytes && !machine.takesParts)
        #expect(machine.responseWasRead(now: self.start) == .closeOutput)
        var isEnough = machine.receiveBytes(100)
        #expect(!isEnough)
        isEnough = machine.receiveBytes(1)
        #expect(isEnough)
        var silent = machine
        #expect(silent.expire(now: self.start + limits.lingerTime, hasPartialHead: false) == .close)
        let mayClose = machine.endInput()
        #expect(mayClose)
    }

    @Test func theFramingOfABodyMayGrowWithItsData() {
        var machine = self.machine()
        let framing = HTTPLimits().framingBytes
        #expect(!machine.isPadded(wireBytes: 2 * framing))
        let head = self.head(.POST, ["Transfer-Encoding": "chunked"])
        _ = machine.receiveHead(head, refusal: nil, maximumBodyBytes: 1000, now: self.start)
        #expect(!machine.isPadded(wireBytes: framing))
        #expect(machine.isPadded(wireBytes: framing + 1))
        _ = machine.receiveBody(ByteBuffer(repeating: 1, count: 1000), now: self.start)
        #expect(!machine.isPadded(wireBytes: framing + 8000))
        #expect(machine.isPadded(wireBytes: framing + 8001))
    }

    @Test func aStreamHasNoDeadlineAndDiscardsWhatComes() {
        var machine = self.machine()
        _ = machine.receiveHead(self.head(), refusal: nil, now: self.start)
        _ = machine.receiveEnd()
        machine.stream()
        #expect(machine.deadline == nil)
        #expect(machine.dropsInput)
        #expect(machine.takesBytes)
        #expect(machine.fail(now: self.start) == .nothing)
        #expect(machine.expire(now: .distantFuture, hasPartialHead: true) == .nothing)
        let lingers = machine.endStream(now: self.start)
        #expect(lingers && machine.isLingering)
        #expect(machine.deadline == self.start + HTTPLimits().lingerTime)
    }
}
