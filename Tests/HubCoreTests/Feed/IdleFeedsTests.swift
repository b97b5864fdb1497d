import NIOCore
import Testing

@testable import HubCore

@Suite struct IdleFeedsTests {
    private static func time(_ seconds: UInt64) -> NIODeadline { .uptimeNanoseconds(seconds * 1_000_000_000) }

    @Test func theTopicThatWasLeftFirstGoesFirst() throws {
        var idle = IdleFeeds()
        let (a, b) = (try Topic("a"), try Topic("b"))
        idle.insert(a, at: Self.time(1))
        idle.insert(b, at: Self.time(2))
        idle.remove(a)
        idle.insert(a, at: Self.time(3))
        #expect(idle.count == 2)
        #expect(idle.popFirst(leftFor: .seconds(5), at: Self.time(6)) == nil, "it was left anew since")
        #expect(idle.popFirst(leftFor: .seconds(5), at: Self.time(7)) == b)
        #expect(idle.popFirst(leftFor: .seconds(5), at: Self.time(7)) == nil)
        #expect(idle.popFirst() == a)
        #expect(idle.popFirst() == nil && idle.count == 0)
    }

    @Test func aTopicThatIsLeftAgainAndAgainTakesNoMoreRoom() throws {
        var idle = IdleFeeds()
        let topic = try Topic("a")
        for second in 1...10_000 {
            idle.insert(topic, at: Self.time(UInt64(second)))
            idle.remove(topic)
        }
        idle.insert(topic, at: Self.time(20_000))
        #expect(idle.count == 1 && idle.turnCount < 200)
        #expect(idle.popFirst(leftFor: .seconds(1), at: Self.time(20_000)) == nil)
        #expect(idle.popFirst() == topic)
    }
}
