import DequeModule
import NIOCore
import RedisWire

/// Calls that a server refuses for now, in the order in which they were made: they are tried again in that order, the first alone
/// until it is taken, and whoever calls meanwhile waits behind them. Confined to its loop.
final class RetryLine {
    /// A call that may be made more than once.
    struct Call {
        fileprivate let patience: CallPatience
        fileprivate let promise: EventLoopPromise<ScriptReply>
        fileprivate let run: () -> EventLoopFuture<ScriptReply>
        fileprivate var error: any Error = BeingMoved()

        init(
            _ patience: CallPatience, _ promise: EventLoopPromise<ScriptReply>,
            _ run: @escaping () -> EventLoopFuture<ScriptReply>
        ) {
            self.patience = patience
            self.promise = promise
            self.run = run
        }
    }

    private let eventLoop: any EventLoop
    private var line: Deque<Call> = []
    private let room: WaitingCalls
    private var backoff = RedisBackoff(minimum: .milliseconds(25), maximum: .milliseconds(250))
    /// Whether the first is being tried, or is about to be.
    private var isTrying = false

    /// - Parameter room: Bounds what waits in this line and in others.
    init(_ room: WaitingCalls, on eventLoop: any EventLoop) {
        self.room = room
        self.eventLoop = eventLoop
    }

    /// Makes a call, once nobody waits who came before it.
    func take(_ call: Call) {
        guard self.line.isEmpty, !self.isTrying else { return self.wait(call) }
        self.make(call)
    }

    private func make(_ call: Call) {
        call.run().assumeIsolated().whenComplete { result in
            guard case .failure(let error) = result, CallPatience.suits(error) else {
                return call.promise.completeWith(result)
            }
            var call = call
            call.error = error
            self.wait(call)
        }
    }

    private func wait(_ call: Call) {
        guard self.room.enter(call.patience.bytes) else { return call.promise.fail(call.error) }
        self.line.append(call)
        guard !self.isTrying else { return }
        self.isTrying = true
        self.schedule()
    }

    private func schedule() {
        self.eventLoop.assumeIsolated().scheduleTask(in: self.backoff.next()) { self.tryFirst() }
    }

    private func tryFirst() {
        while let first = self.line.first, first.patience.deadline <= .now() {
            self.removeFirst().promise.fail(first.error)
        }
        guard let first = self.line.first else { return self.end() }
        first.run().assumeIsolated().whenComplete { result in
            if case .failure(let error) = result, CallPatience.suits(error) {
                for index in self.line.indices { self.line[index].error = error }
                return self.schedule()
            }
            self.removeFirst().promise.completeWith(result)
            let rest = (0..<self.line.count).map { _ in self.removeFirst() }
            self.end()
            for call in rest { self.make(call) }
        }
    }

    private func removeFirst() -> Call {
        let call = self.line.removeFirst()
        self.room.leave(call.patience.bytes)
        return call
    }

    private func end() {
        self.isTrying = false
        self.backoff.reset()
    }
}
