import ByteStrings
import HubCore
import HubHooks
import NIOCore
import Synchronization

/// Tells an application when topics and subjects get their first stream in the cluster, and when they lose their last. What has changed
/// on this member is settled with the others first; nothing is asked while nothing changes.
final class OccupancyReporter: Sendable {
    private static let interval = TimeAmount.milliseconds(500)
    /// How much is asked about at once: an answer has a member for each.
    private static let questionSize = JSONReader.maximumMembers
    /// How many questions follow on each other before the next round.
    private static let questionsOfRound = 5

    private struct State {
        var tally: OccupancyTally
        var isAsking = false
        var task: RepeatedTask?
    }

    private let ledger: OccupancyLedger
    private let inquiry: MemberInquiry
    private let hook: EventHook
    private let loop: any EventLoop
    private let state: Mutex<State>

    init(
        _ ledger: OccupancyLedger, _ inquiry: MemberInquiry, _ hook: EventHook, grace: TimeAmount,
        on loop: any EventLoop
    ) {
        self.state = Mutex(State(tally: OccupancyTally(grace: grace)))
        self.ledger = ledger
        self.inquiry = inquiry
        self.hook = hook
        self.loop = loop
    }

    func start() {
        let task = self.loop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            self.beginRound()
        }
        self.state.withLock { $0.task = task }
    }

    /// Settles what is left, when the streams of this member are gone, and tells it.
    func stop() async {
        self.state.withLock { $0.task.take() }?.cancel()
        try? await self.loop.flatSubmit { self.settleDue(isLast: true, questions: .max) }.get()
        await self.hook.finish()
    }

    private func beginRound() {
        let isFirst = self.state.withLock { state in
            defer { state.isAsking = true }
            return !state.isAsking
        }
        guard isFirst else { return }
        self.settleDue(questions: Self.questionsOfRound).whenComplete { _ in
            self.state.withLock { $0.isAsking = false }
        }
    }

    /// - Parameter isLast: Whether there is no time to wait for what may come back.
    private func settleDue(isLast: Bool = false, questions: Int) -> EventLoopFuture<Void> {
        let now = WallClock.milliseconds
        let changed = self.ledger.takeChanged()
        let due = self.state.withLock { state in
            for occupant in changed {
                state.tally.change(occupant, isOccupied: self.ledger.since(occupant) != nil, now: now)
            }
            return state.tally.takeDue(now: isLast ? now + state.tally.grace : now, limit: Self.questionSize)
        }.partitioned
        guard !due.isEmpty, questions > 0 else {
            self.state.withLock { $0.tally.putBack(due, now: now) }
            return self.loop.makeSucceededVoidFuture()
        }
        return self.others(due).flatMap { others in
            guard let others else {
                self.state.withLock { $0.tally.putBack(due, now: now) }
                return self.loop.makeSucceededVoidFuture()
            }
            self.settle(due, others)
            return self.settleDue(isLast: isLast, questions: questions - 1)
        }
    }

    private func settle(_ due: [Occupant], _ others: [Int: [UInt64]]) {
        let now = WallClock.milliseconds
        let events = self.state.withLock { state in
            due.enumerated().compactMap { index, occupant in
                state.tally.settle(
                    occupant, since: self.ledger.since(occupant), others: others[index] ?? [], now: now)
            }
        }
        self.hook.tell(events)
    }

    /// Since when each has streams on other members, by its place.
    /// - Parameter occupants: Topics first, as in the question.
    /// - Returns: `nil` if they can't be asked now.
    private func others(_ occupants: [Occupant]) -> EventLoopFuture<[Int: [UInt64]]?> {
        guard self.inquiry.hasOthers else { return self.loop.makeSucceededFuture([:]) }
        return self.inquiry.ask(.occupancy(occupants), Self.question(occupants)).map { inquiry in
            guard inquiry.unreached == nil else { return nil }
            var times: [Int: [UInt64]] = [:]
            for answer in inquiry.answers { Self.read(answer, except: self.inquiry.member, &times) }
            return times
        }.recover { _ in nil }
    }

    private static func question(_ occupants: [Occupant]) -> [UInt8] {
        var json = JSONText(escapesMarkup: false)
        json.object { json in
            json.member("ask", "occupancy")
            json.name("topics")
            json.array { json in
                for case .topic(let topic) in occupants { json.string(topic.name) }
            }
            json.name("subjects")
            json.array { json in
                for case .subject(let subject) in occupants { json.string(subject.string) }
            }
        }
        return json.bytes
    }

    private static func read(_ answer: [UInt8], except own: ByteString, _ times: inout [Int: [UInt64]]) {
        guard let members = try? JSONReader.members(answer[...]) else { return }
        let values = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
        guard values["member"]?.string.map({ ByteString(decoding: $0) }) != own,
            let occupied = values["occupied"]?.text, let stays = try? JSONReader.members(occupied)
        else { return }
        for stay in stays {
            guard let index = stay.name.number, let time = ByteString(decoding: stay.value.text).number else {
                continue
            }
            times[index, default: []].append(UInt64(time))
        }
    }
}

extension [Occupant] {
    /// The topics, and then the subjects.
    fileprivate var partitioned: [Occupant] {
        var occupants = self
        _ = occupants.partition { if case .subject = $0 { true } else { false } }
        return occupants
    }
}
