import NIOCore
import Testing

@testable import HubRedis

/// Requests at virtual times: none waits for nobody, and those that come close together leave together.
@Suite struct PublishGroupingTests {
    private static let answerTime = TimeAmount.microseconds(300)

    @Test func leavesAtOnceAfterAQuietWindow() {
        var run = GroupingRun()
        for request in 0..<20 { run.request(at: .milliseconds(Int64(10 * request))) }
        #expect(run.groups == Array(repeating: 1, count: 20))
        #expect(run.longestWait == .zero)
    }

    @Test func groupsWhatComesEvenly() {
        var run = GroupingRun()
        for request in 0..<5_000 { run.request(at: .milliseconds(Int64(request))) }
        #expect(run.groups.reduce(0, +) >= 4_990)
        #expect(run.meanGroup > 3)
        #expect(run.longestWait <= .milliseconds(4))
    }

    @Test func isLeftByAPublisherWhoWaitsForEachAnswer() {
        var run = GroupingRun()
        var now = TimeAmount.zero
        for _ in 0..<10_000 { now = run.answeredRequest(at: now) + Self.answerTime }
        #expect(run.totalWait < .nanoseconds(now.nanoseconds / 20))
    }

    @Test func letsPublishersWhoWaitForTheirAnswersGoOnTogether() {
        var run = GroupingRun()
        var now = TimeAmount.zero
        for _ in 0..<2_000 {
            for _ in 0..<8 { run.request(at: now) }
            run.end()
            now = run.lastDeparture + Self.answerTime
        }
        #expect(run.groups.reduce(0, +) == 16_000)
        #expect(run.meanGroup > 6)
        #expect(run.totalWait < .nanoseconds(now.nanoseconds))
    }

    @Test func forgetsPublishersThatAreGone() {
        var run = GroupingRun()
        for request in 0..<1_000 { run.request(at: .microseconds(Int64(500 * request))) }
        var now = TimeAmount.milliseconds(501)
        let waitBefore = run.totalWait
        for _ in 0..<1_000 { now = run.answeredRequest(at: now) + Self.answerTime }
        #expect(run.totalWait - waitBefore < .milliseconds(40))
    }
}

/// Plays requests and timers against the grouping.
private struct GroupingRun {
    private(set) var groups: [Int] = []
    private(set) var totalWait = TimeAmount.zero
    private(set) var longestWait = TimeAmount.zero
    private(set) var lastDeparture = TimeAmount.zero
    private var grouping = PublishGrouping()
    private var waiting: [TimeAmount] = []
    private var timer: NIODeadline?
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    var meanGroup: Double { Double(self.groups.reduce(0, +)) / Double(self.groups.count) }

    mutating func request(at time: TimeAmount) {
        self.runTimer(until: time)
        self.waiting.append(time)
        switch self.grouping.add(at: self.start + time) {
        case .leave: self.leave(at: time)
        case .wait(let deadline): self.timer = deadline
        case .join: break
        }
    }

    /// - Returns: When the request left.
    mutating func answeredRequest(at time: TimeAmount) -> TimeAmount {
        self.request(at: time)
        self.end()
        return self.lastDeparture
    }

    /// Lets time pass until nothing waits.
    mutating func end() {
        self.runTimer(until: .hours(1))
    }

    private mutating func runTimer(until time: TimeAmount) {
        guard let timer = self.timer, !self.waiting.isEmpty, timer - self.start <= time else { return }
        self.timer = nil
        #expect(!self.grouping.isDue(at: timer - .nanoseconds(1)))
        #expect(self.grouping.isDue(at: timer))
        self.leave(at: timer - self.start)
    }

    private mutating func leave(at time: TimeAmount) {
        for request in self.waiting {
            let wait = time - request
            self.totalWait = self.totalWait + wait
            self.longestWait = max(self.longestWait, wait)
        }
        self.groups.append(self.waiting.count)
        self.waiting = []
        self.lastDeparture = time
        self.grouping.leave(at: self.start + time)
        #expect(!self.grouping.isDue(at: self.start + .hours(2)))
    }
}
