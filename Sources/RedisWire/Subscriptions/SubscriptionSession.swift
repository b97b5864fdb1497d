import NIOCore

/// Performs what `SubscriptionStateMachine` and `Liveness` decide, and tells the delegate.
final class SubscriptionSession: RedisSession {
    let flag = OpenFlag()
    let closed: EventLoopPromise<RedisError?>

    private let timeout: TimeAmount
    private let kind: ChannelKind
    private var machine: SubscriptionStateMachine
    private var liveness: Liveness
    private var delegate: (any RedisSubscriptionDelegate)?
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var isFlushScheduled = false
    private var hasDelivered = false
    /// Since when the oldest command waits for its answer, if any does.
    private var waitingSince: NIODeadline?

    init(
        _ kind: ChannelKind, timeout: TimeAmount, delegate: any RedisSubscriptionDelegate,
        closed: EventLoopPromise<RedisError?>
    ) {
        self.kind = kind
        self.machine = SubscriptionStateMachine(kind)
        self.timeout = timeout
        self.liveness = Liveness(timeout: timeout, now: .now())
        self.delegate = delegate
        self.closed = closed
    }

    func open(_ context: ChannelHandlerContext) {
        self.context = context
        self.liveness.arrived(at: .now())
        self.checkLiveness()
    }

    func receive(_ reply: RESPValue) throws(RedisError) {
        let waiting = self.machine.requestCount
        defer {
            if self.machine.requestCount != waiting { self.waitingSince = self.machine.requestCount > 0 ? .now() : nil }
        }
        switch try self.machine.receive(reply) {
        case .message(let message, let channel):
            self.hasDelivered = true
            self.delegate?.received(message: message, on: channel)
        case .passedOver(let channel):
            self.hasDelivered = true
            self.delegate?.passedOver(on: channel)
        case .subscribed(let channel):
            self.delegate?.subscribed(channel)
        case .unsubscribed(let channel):
            self.delegate?.unsubscribed(channel)
        case .nothing:
            break
        }
    }

    func receivedAll() {
        self.liveness.arrived(at: .now())
        guard self.hasDelivered else { return }
        self.hasDelivered = false
        self.delegate?.receivedAll()
    }

    func close(_ error: RedisError?) {
        guard self.flag.isOpen else { return }
        self.flag.close()
        self.timer?.cancel()
        self.tellDelegate(error)
        self.context?.close(promise: nil)
        self.context = nil
        self.closed.succeed(error)
    }

    /// In the next tick, since the delegate may be the one that closes. A session that was never open tells nothing.
    private func tellDelegate(_ error: RedisError?) {
        guard let context = self.context, let delegate = self.delegate.take() else { return }
        context.eventLoop.execute { delegate.closed(error) }
    }
}

// MARK: - Commands

extension SubscriptionSession {
    func subscribe(_ channels: [[UInt8]]) {
        self.write(self.kind.subscribe, channels.filter { self.machine.subscribe($0) })
    }

    func unsubscribe(_ channels: [[UInt8]]) {
        self.write(self.kind.unsubscribe, channels.filter { self.machine.unsubscribe($0) })
    }

    func ping() {
        self.schedule(self.liveness.asked(at: .now()))
        self.writePing()
    }

    private func writePing() {
        self.machine.ping()
        self.write([["PING"]])
    }

    /// A command for each channel, so that an error reply belongs to one channel.
    private func write(_ name: RedisArgument, _ channels: [[UInt8]]) {
        self.write(channels.map { [name, .bytes($0)] })
    }

    private func write(_ commands: [[RedisArgument]]) {
        guard let context = self.context, !commands.isEmpty else { return }
        var frames = ByteBuffer()
        do throws(RedisError) {
            for command in commands {
                var frame = try RESPCommandEncoder.encode(command)
                frames.writeBuffer(&frame)
            }
        } catch {
            return self.close(error)
        }
        if self.waitingSince == nil { self.waitingSince = .now() }
        context.write(NIOAny(frames), promise: nil)
        self.scheduleFlush(context)
    }

    /// Once a tick: what is asked until then leaves in one write.
    private func scheduleFlush(_ context: ChannelHandlerContext) {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.context?.flush()
        }
    }
}

// MARK: - Liveness

extension SubscriptionSession {
    private func checkLiveness() {
        switch self.liveness.check(at: .now()) {
        case .alive(let next):
            guard !self.missesAnswer else {
                return self.close(.closed("an answer did not come within \(self.timeout)"))
            }
            self.schedule(next)
        case .ask(let next):
            self.schedule(next)
            self.writePing()
        case .dead:
            self.close(.closed("nothing arrived within \(self.timeout)"))
        }
    }

    /// Others come, and one does not: it is missing, and its channel would stay silent for ever.
    private var missesAnswer: Bool {
        guard let since = self.waitingSince else { return false }
        return .now() - since >= self.timeout
    }

    private func schedule(_ deadline: NIODeadline) {
        guard let context = self.context else { return }
        self.timer?.cancel()
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.checkLiveness()
        }
    }
}

@available(*, unavailable)
extension SubscriptionSession: Sendable {}
