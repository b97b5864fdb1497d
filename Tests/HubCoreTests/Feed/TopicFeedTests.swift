import Testing

@testable import HubCore

@Suite struct TopicFeedTests {
    @Test(arguments: Self.splicing + Self.holes + Self.rollbacks + Self.forgetting)
    func answers(_ trace: FeedTrace) throws {
        var feed = TracedFeed()
        for (number, step) in trace.steps.enumerated() {
            let answer = try feed.take(step.input)
            #expect(answer == step.answer, "step \(number + 1), \(step.input)")
        }
    }

    private static let splicing = [
        FeedTrace(
            "what arrives during the read follows the page, once",
            [
                (.event(10, after: 0), "none"), (.subscribed, "read"), (.event(30, after: 20), "none"),
                (.event(40, after: 30), "none"), (.page(clock: 30, base: 10, [20, 30]), "go live"), (.ring, "20 30 40"),
                (.event(50, after: 40), "deliver 50"), (.ring, "20 30 40 50"),
            ]),
        FeedTrace(
            "a topic without events begins with its first one",
            [
                (.subscribed, "read"), (.empty(clock: 99, last: nil, floor: 7), "go live"), (.ring, ""),
                (.event(100, after: 7), "deliver 100"), (.event(101, after: 100), "deliver 101"),
            ]),
        FeedTrace(
            "of a topic that is not there, an event after a floor that is not yet known shows a hole",
            [
                (.subscribed, "read"), (.empty(clock: 50, last: nil), "go live"),
                (.event(90, after: 80, head: 60), "read"), (.page(clock: 90, base: 80, [90]), "go live"), (.ring, "90"),
            ]),
        FeedTrace(
            "of a topic that is not there, an event after a floor up to which all has arrived follows",
            [
                (.subscribed, "read"), (.empty(clock: 50, last: nil), "go live"),
                (.event(90, after: 80, head: 80), "deliver 90"),
            ]),
        FeedTrace(
            "a read that fails is repeated, and only the latest answer counts",
            [
                (.subscribed, "read"), (.failed, "read"), (.latePage(clock: 10, [10]), "none"),
                (.page(clock: 20, [10, 20]), "go live"), (.ring, "10 20"), (.failed, "none"),
            ]),
        FeedTrace(
            "more than can wait is let go, and a page that is older than that is read again",
            [
                (.subscribed, "read"), (.event(10, after: 0), "none"), (.event(20, after: 10), "none"),
                (.event(30, after: 20), "none"), (.event(40, after: 30), "none"), (.event(50, after: 40), "none"),
                (.empty(clock: 5, last: nil), "read"), (.page(clock: 10, [10]), "read"),
                (.page(clock: 20, [10, 20]), "go live"), (.ring, "10 20 30 40 50"),
                (.event(60, after: 50), "deliver 60"),
            ]),
    ]

    private static let holes = [
        FeedTrace(
            "an event that does not name the last one is held back until the log was read",
            [
                (.subscribed, "read"), (.page(clock: 20, [10, 20]), "go live"), (.event(40, after: 30), "read"),
                (.event(50, after: 40), "none"), (.page(clock: 40, [10, 20, 30, 40]), "go live"),
                (.ring, "10 20 30 40 50"),
            ]),
        FeedTrace(
            "a hole behind the page is read again",
            [
                (.subscribed, "read"), (.event(50, after: 40), "none"), (.event(60, after: 50), "none"),
                (.page(clock: 20, [10, 20]), "read"), (.page(clock: 50, [10, 20, 30, 40, 50]), "go live"),
                (.ring, "10 20 30 40 50 60"),
            ]),
        FeedTrace(
            "what has come before is dropped",
            [
                (.subscribed, "read"), (.page(clock: 30, base: 10, [20, 30]), "go live"),
                (.event(30, after: 20), "none"), (.event(10, after: 0), "none"), (.event(40, after: 30), "deliver 40"),
                (.event(40, after: 30), "none"),
            ]),
        FeedTrace(
            "a lost subscription is read anew once it is back",
            [
                (.subscribed, "read"), (.page(clock: 20, [10, 20]), "go live"), (.lost, "none"),
                (.event(40, after: 30), "none"), (.failed, "none"), (.subscribed, "read"),
                (.page(clock: 40, [10, 20, 30, 40]), "go live"), (.ring, "10 20 30 40"),
            ]),
        FeedTrace(
            "a subscription that is lost during a read waits for nothing that came before",
            [
                (.subscribed, "read"), (.event(20, after: 10), "none"), (.lost, "none"), (.subscribed, "read"),
                (.latePage(clock: 20, [10, 20]), "none"), (.page(clock: 10, [10]), "go live"), (.ring, "10"),
                (.event(20, after: 10), "deliver 20"),
            ]),
    ]

    private static let rollbacks = [
        FeedTrace(
            "an event that names one before the last takes the last one back",
            [
                (.subscribed, "read"), (.page(clock: 30, [10, 20, 30]), "go live"), (.event(40, after: 20), "rollback"),
                (.failed, "read"),
            ]),
        FeedTrace(
            "an offset between those that are held was given out twice",
            [
                (.subscribed, "read"), (.page(clock: 30, [10, 20, 30]), "go live"), (.event(25, after: 20), "rollback"),
            ]),
        FeedTrace(
            "a log that ends before the last event has lost it",
            [
                (.subscribed, "read"), (.page(clock: 30, [10, 20, 30]), "go live"), (.lost, "none"),
                (.subscribed, "read"), (.page(clock: 90, [10, 20]), "rollback"), (.entered, "read"),
                (.page(clock: 20, [10, 20]), "go live"), (.ring, "10 20"),
            ]),
        FeedTrace(
            "a log that goes on from before the last event has lost it",
            [
                (.subscribed, "read"), (.page(clock: 30, [10, 20, 30]), "go live"), (.lost, "none"),
                (.subscribed, "read"), (.page(clock: 90, [10, 20, 80]), "rollback"),
            ]),
        FeedTrace(
            "a topic that is gone, with a floor before its last event, was lost",
            [
                (.subscribed, "read"), (.page(clock: 30, [10, 20, 30]), "go live"), (.lost, "none"),
                (.subscribed, "read"), (.empty(clock: 90, last: nil, floor: 20), "rollback"),
            ]),
        FeedTrace(
            "in another epoch nothing that was known counts",
            [
                (.entered, "none"), (.subscribed, "read"), (.page(clock: 30, [10, 20, 30]), "go live"),
                (.entered, "read"), (.ring, ""), (.event(15, after: 10), "none"),
                (.page(clock: 10, [10]), "go live"), (.ring, "10 15"),
            ]),
    ]

    private static let forgetting = [
        FeedTrace(
            "a dropped log leaves an empty ring, and the next event follows its last",
            [
                (.subscribed, "read"), (.page(clock: 20, [10, 20]), "go live"),
                (.deleted(last: 20), "replace the ring"),
                (.ring, ""), (.event(30, after: 20), "deliver 30"),
            ]),
        FeedTrace(
            "a drop of a log that has more than was seen shows a hole",
            [
                (.subscribed, "read"), (.page(clock: 20, [10, 20]), "go live"), (.deleted(last: 30), "read"),
                (.empty(clock: 30, last: 30), "go live"), (.event(40, after: 30), "deliver 40"),
            ]),
        FeedTrace(
            "a drop during a read makes it read once more, and keeps what waits",
            [
                (.subscribed, "read"), (.event(30, after: 20), "none"), (.deleted(last: 20), "read"),
                (.latePage(clock: 20, [10, 20]), "none"), (.empty(clock: 20, last: 20), "go live"), (.ring, "30"),
            ]),
        FeedTrace(
            "a topic that is forgotten comes back with an event after the floor",
            [
                (.subscribed, "read"), (.page(clock: 20, [10, 20]), "go live"),
                (.retired(last: 20), "replace the ring"), (.ring, ""), (.event(90, after: 60, head: 70), "deliver 90"),
                (.event(95, after: 90), "deliver 95"),
            ]),
        FeedTrace(
            "a topic that is forgotten with more than was seen is read, before and during a read",
            [
                (.subscribed, "read"), (.page(clock: 20, [10, 20]), "go live"), (.retired(last: 30), "read"),
                (.retired(last: 30), "read"), (.empty(clock: 40, last: nil, floor: 30), "go live"),
            ]),
        FeedTrace(
            "neither concerns a feed that is not subscribed yet",
            [(.deleted(last: 20), "none"), (.retired(last: 20), "none"), (.subscribed, "read")]),
    ]
}
