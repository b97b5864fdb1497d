import ByteStreams
import HubCore
import Testing

struct ByteBudgetTests {
    private static let step = ByteBudget.stepBytes

    @Test func whatNearlyEveryRequestNeedsTakesNothing() {
        let budget = ByteBudget(limit: 1)
        var share = ByteShare(of: budget)
        #expect(Self.hold(&share, ByteBudget.freeBytes, for: .stranger) == true)
        #expect(budget.takenBytes == 0)
        #expect(Self.hold(&share, ByteBudget.freeBytes + 1, for: .publisher) == false)
        #expect(budget.takenBytes == 0 && budget.refusals == 1)
    }

    @Test func aShareGrowsInStepsAndIsGivenBack() {
        let budget = ByteBudget(limit: 10 * Self.step)
        var share = ByteShare(of: budget)
        for (count, steps) in [(5000, 1), (Self.step, 1), (Self.step + 1, 2), (100_000, 7), (5000, 1), (4096, 0)] {
            #expect(Self.hold(&share, count, for: .publisher) == true)
            #expect(budget.takenBytes == steps * Self.step, "\(count)")
        }
        _ = share.hold(100_000, for: .publisher)
        share.release()
        share.release()
        #expect(budget.takenBytes == 0)
    }

    @Test func strangersLeaveAQuarterToThoseWhoMayPublish() {
        let budget = ByteBudget(limit: 16 * Self.step)
        var stranger = ByteShare(of: budget)
        var publisher = ByteShare(of: budget)
        #expect(Self.hold(&stranger, 12 * Self.step, for: .stranger) == true)
        #expect(!budget.hasRoom(for: .stranger) && budget.hasRoom(for: .publisher))
        #expect(Self.hold(&stranger, 13 * Self.step, for: .stranger) == false)
        #expect(budget.takenBytes == 12 * Self.step, "a share that is refused stays as it was")
        #expect(Self.hold(&publisher, 4 * Self.step, for: .publisher) == true)
        #expect(Self.hold(&publisher, 5 * Self.step, for: .publisher) == false)
        #expect(budget.refusals == 3)
        var observer = ByteShare(of: budget)
        #expect(Self.hold(&observer, Self.step, for: .observer) == true)
        #expect(Self.hold(&observer, Self.step + 1, for: .observer) == false)
    }

    private static func hold(_ share: inout ByteShare, _ count: Int, for claimant: ByteBudget.Claimant) -> Bool {
        share.hold(count, for: claimant)
    }
}
