import NIOCore

/// Tells the supervisor again and again that every loop still turns, so that a hub that hangs is started anew.
struct Watchdog: Sendable {
    private let supervisor: SupervisorSocket
    private let interval: TimeAmount

    /// Makes a watchdog.
    /// - Returns: `nil` if the supervisor does not want to hear.
    init?(_ supervisor: SupervisorSocket) {
        guard let microseconds = supervisor.watchdogMicroseconds else { return nil }
        self.supervisor = supervisor
        // Half of the time, which sd_watchdog_enabled(3) recommends.
        self.interval = .microseconds(microseconds / 2)
    }

    /// Begins to tell.
    /// - Returns: What is to be cancelled before the loops end: a loop that has ended can't be asked.
    func start(on group: any EventLoopGroup) -> RepeatedTask {
        let loop = group.next()
        return loop.scheduleRepeatedAsyncTask(initialDelay: .zero, delay: self.interval) {
            [supervisor = self.supervisor] _ in
            let answers = group.makeIterator().map { $0.submit {} }
            return EventLoopFuture.andAllSucceed(Array(answers), on: loop).map { supervisor.tell(.alive) }
        }
    }
}
