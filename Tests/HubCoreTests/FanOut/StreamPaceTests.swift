import Testing

@testable import HubCore

@Suite struct StreamPaceTests {
    @Test func aClientIsSlowOnlyOnceItHasTheHead() {
        var pace = StreamPace()
        pace.sendHead(isPending: true)
        #expect(pace.park() == false, "the head is still on its way")
        #expect(pace.resume() == false)
        #expect(pace.park() == true)
        #expect(pace.resume() == true)
        #expect(pace.resume() == false, "it goes on with nothing against it")
    }

    @Test func aStallLastsUntilTheClientTakesMore() {
        var pace = StreamPace()
        #expect(pace.stall(1) == true)
        #expect(pace.stall(2) == false)
        #expect(pace.stall == 1)
        #expect(pace.resume() == false, "a full connection is not a slow client")
        #expect(pace.stall == nil)
        #expect(pace.stall(3) == true)
    }
}
