import AsyncHTTPClient
public import ByteStrings
public import Logging
public import NIOCore
import NIOHTTP1
import Synchronization

/// Tells an application what has happened: in order, in batches, again and again until it says that it knows.
public final class EventHook: Sendable {
    private struct State {
        var backlog = EventBacklog()
        var isFailing = false
        /// Whether a pause is made after a failure.
        var isPausing = false
        var isEnding = false
        var ended: EventLoopPromise<Void>?
    }

    private let member: ByteString
    private let url: HookURL
    private let caller: HookCaller
    private let logger: Logger
    private let state = Mutex(State())

    /// Makes a hook.
    /// - Parameters:
    ///   - url: Where the application is told.
    ///   - caller: Tells it.
    ///   - member: Which member tells it.
    ///   - logger: Is told when that begins to fail, and when it is over.
    public init(_ url: HookURL, _ caller: HookCaller, member: ByteString, logger: Logger) {
        self.member = member
        self.url = url
        self.caller = caller
        self.logger = logger
    }

    /// How many events were told, how many were too old to be, and how many have yet to be.
    public var counts: (delivered: Int, dropped: Int, waiting: Int) {
        self.state.withLock { ($0.backlog.deliveredCount, $0.backlog.droppedCount, $0.backlog.count) }
    }

    /// Tells events.
    public func tell(_ events: [HookEvent]) {
        guard !events.isEmpty else { return }
        self.state.withLock { $0.backlog.append(events) }
        self.sendNext()
    }

    /// Gives a sign of life, so that the application knows of members that are there.
    public func beat() {
        self.state.withLock { $0.backlog.beat() }
        self.sendNext()
    }

    /// Tells what has yet to be told, as far as the application takes it at once.
    public func finish(within time: TimeAmount = .seconds(5)) async {
        let promise = self.caller.loop.makePromise(of: Void.self)
        let isDone = self.state.withLock { state in
            state.isEnding = true
            state.ended = promise
            return state.backlog.isIdle || state.isPausing
        }
        if isDone { self.end() }
        self.caller.loop.scheduleTask(in: time) { self.end() }
        try? await promise.futureResult.get()
    }

    private func end() { self.state.withLock { $0.ended.take() }?.succeed() }

    private func sendNext() {
        let batch = self.state.withLock { $0.backlog.begin(id: HookCaller.newID()) }
        if let batch { self.send(batch) }
    }

    private func send(_ batch: EventBacklog.Batch) {
        self.caller.send(HookEvent.body(of: batch.events, by: self.member), to: self.url, [], id: batch.id).whenComplete
        { result in
            switch result {
            case .success(let response) where (200..<300).contains(response.status.code): self.succeeded()
            case .success(let response): self.failed("it answered with \(response.status.code)")
            case .failure(let error): self.failed("\(error)")
            }
        }
    }

    private func succeeded() {
        let (wasFailing, isDone) = self.state.withLock { state in
            defer { state.isFailing = false }
            state.backlog.succeed()
            return (state.isFailing, state.backlog.isIdle)
        }
        if wasFailing { self.logger.notice("the application takes events again", metadata: self.metadata) }
        if isDone { self.end() } else { self.sendNext() }
    }

    private func failed(_ reason: String) {
        let (isNew, next) = self.state.withLock { state in
            defer { (state.isFailing, state.isPausing) = (true, true) }
            return (!state.isFailing, state.isEnding ? nil : state.backlog.fail())
        }
        if isNew {
            self.logger.warning(
                "the application does not take events; they are kept and told again",
                metadata: self.metadata.merging(["reason": "\(reason)"]) { $1 })
        }
        guard let (batch, pause) = next else { return self.end() }
        self.caller.loop.scheduleTask(in: .milliseconds(pause)) { self.sendAgain(batch) }
    }

    /// Not once the hub ends: nobody would wait for it.
    private func sendAgain(_ batch: EventBacklog.Batch) {
        let isEnding = self.state.withLock { state in
            state.isPausing = false
            return state.isEnding
        }
        if isEnding { self.end() } else { self.send(batch) }
    }

    private var metadata: Logger.Metadata { ["hook": "\(self.url.shown)"] }
}
