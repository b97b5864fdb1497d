import ByteStrings
import NIOCore
import Testing

@testable import HubServer

@Suite struct KnownMembersTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test func aMemberThatIsMissedOnceIsStillAwaited() {
        var members = KnownMembers()
        members.take(["a", "b"], wereAllAwaited: true, at: self.start)
        #expect(members.all == ["a", "b"])
        members.take(["a"], wereAllAwaited: true, at: self.start)
        #expect(members.all == ["a", "b"])
        members.take(["a"], wereAllAwaited: true, at: self.start)
        #expect(members.all == ["a"])
    }

    @Test func oneThatAnswersTooLateIsAwaitedNextTime() {
        var members = KnownMembers()
        members.take(["a"], wereAllAwaited: true, at: self.start)
        members.add("late")
        #expect(members.all == ["a", "late"])
    }

    @Test func nobodyElseIsExpectedForAWhileAfterAllWereWaitedFor() {
        var members = KnownMembers()
        #expect(!members.areAll(at: self.start))
        members.take([], wereAllAwaited: true, at: self.start)
        #expect(members.areAll(at: self.start + .seconds(9)), "a member that is alone does not wait each time")
        members.take(["a"], wereAllAwaited: false, at: self.start + .seconds(9))
        #expect(!members.areAll(at: self.start + .seconds(11)))
    }
}
