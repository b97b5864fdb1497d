import Testing

@testable import HubCore

@Suite struct LiveStatesTests {
    @Test func aStreamThatHasEndedChangesNobodysState() {
        let states = LiveStates()
        func subscriber() -> Subscriber {
            Subscriber(topics: [], start: .latest, outlet: StubOutlet(), states: states)
        }
        let ended = subscriber()
        ended.advance(to: 5)
        ended.goLive()
        ended.end()
        #expect(ended.phase == .closed && ended.descriptor == -1)
        let next = subscriber()
        #expect(next.phase == .opening && next.position == .zero, "a seat is taken with nothing on it")
        next.advance(to: 7)
        ended.advance(to: 9)
        ended.goLive()
        ended.descriptorChanged(to: 3)
        ended.end()
        #expect(next.phase == .opening && next.position == 7 && next.descriptor == -1)
        #expect(ended.phase == .closed && states[LiveStates.nobody].phase == .closed)
        #expect(states[LiveStates.nobody].descriptor == -1)
        #expect(subscriber().seat != next.seat, "a seat is given back once")
    }
}
