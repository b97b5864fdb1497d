import HubCore
import HubHooks
import NIOCore
import Synchronization

/// Tells an application when topics and subjects get their first stream on this member, and when they lose their last.
///
/// Each member speaks for itself, in its own order: what has streams in the cluster is what has some on any member. Nothing that one
/// member would have to know of another can be late, missing or out of order then.
final class OccupancyReporter: Sendable {
    private static let interval = TimeAmount.milliseconds(250)

    /// After how long without anything to tell a member gives a sign of life, in milliseconds.
    private static let beat: UInt64 = 30_000

    private struct State {
        var tally: OccupancyTally
        /// When something was told last; at the beginning that there is a member.
        var toldAt: UInt64 = 0
        var task: RepeatedTask?
    }

    private let ledger: OccupancyLedger
    private let hook: EventHook
    private let loop: any EventLoop
    private let state: Mutex<State>

    init(_ ledger: OccupancyLedger, _ hook: EventHook, grace: TimeAmount, on loop: any EventLoop) {
        self.state = Mutex(State(tally: OccupancyTally(grace: grace)))
        self.ledger = ledger
        self.hook = hook
        self.loop = loop
    }

    func start() {
        let task = self.loop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            self.report()
        }
        self.state.withLock { $0.task = task }
    }

    /// Tells what is left, when the streams of this member are gone.
    func stop() async {
        self.state.withLock { $0.task.take() }?.cancel()
        self.report(isLast: true)
        await self.hook.finish()
    }

    private func report(isLast: Bool = false) {
        let now = WallClock.milliseconds
        let changed = self.ledger.takeChanged()
        let (events, isQuiet) = self.state.withLock { state in
            let events =
                changed.compactMap { state.tally.change($0, since: self.ledger.since($0), now: now) }
                + state.tally.vacate(now: now, isLast: isLast)
            let isQuiet = events.isEmpty && now - min(now, state.toldAt) >= Self.beat
            if isQuiet || !events.isEmpty { state.toldAt = now }
            return (events, isQuiet)
        }
        if isQuiet { self.hook.beat() } else { self.hook.tell(events) }
    }
}
