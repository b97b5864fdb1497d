import Testing

@testable import HubRedis

@Suite struct ReconnectingLinkTests {
    @Test func itTriesUntilItIsConnected() {
        var link = ReconnectingLink()
        #expect(link.start() == .connect)
        #expect(link.start() == .nothing)
        #expect(link.failed() == .wait)
        #expect(link.elapsed() == .connect)
        #expect(link.connected() == .nothing)
        #expect(link.isOpen)
    }

    @Test func aLossIsToldOnce() {
        var link = ReconnectingLink()
        _ = link.start()
        _ = link.connected()
        #expect(link.closed() == .tellLossAndWait)
        #expect(link.closed() == .nothing)
        #expect(!link.isOpen)
        #expect(link.elapsed() == .connect)
        #expect(link.elapsed() == .nothing)
    }

    @Test func anAttemptThatLeadsElsewhereIsNotWaitedFor() {
        var link = ReconnectingLink()
        #expect(link.redirected() == .nothing)
        _ = link.start()
        #expect(link.redirected() == .connect)
        _ = link.failed()
        #expect(link.redirected() == .connect)
        #expect(link.connected() == .nothing)
        #expect(link.redirected() == .nothing)
        #expect(link.isOpen)
    }

    @Test func afterTheEndNothingIsKept() {
        var link = ReconnectingLink()
        _ = link.start()
        link.stop()
        #expect(link.connected() == .close)
        #expect(link.failed() == .nothing)
        #expect(link.elapsed() == .nothing)
        #expect(link.start() == .nothing)
    }
}
