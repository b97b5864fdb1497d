import NIOCore

/// Performs what `CommandPipeline` decides: writes, time-outs, outcomes.
final class CommandSession: RedisSession {
    let flag = OpenFlag()
    let closed: EventLoopPromise<RedisError?>

    private let timeout: TimeAmount
    private var pipeline: CommandPipeline<EventLoopPromise<RESPValue>>
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var isFlushScheduled = false
    private var isFlushing = false

    init(
        timeout: TimeAmount, limits: CommandLimits, question: ReplyWords.Question = .echo,
        closed: EventLoopPromise<RedisError?>
    ) {
        self.timeout = timeout
        self.pipeline = CommandPipeline(limits: limits, question: question)
        self.closed = closed
    }

    func open(_ context: ChannelHandlerContext) {
        self.context = context
    }

    func send(_ frame: ByteBuffer, _ promise: EventLoopPromise<RESPValue>) {
        guard let context = self.context else {
            promise.fail(RedisError.notSent("the connection is closed"))
            return
        }
        do throws(RedisError) {
            try self.pipeline.add(frame, promise, deadline: .now() + self.timeout)
            self.scheduleFlush(context)
            self.scheduleTimer(context)
        } catch {
            promise.fail(error)
        }
    }

    func receive(_ reply: RESPValue) throws(RedisError) {
        switch try self.pipeline.receive(reply) {
        case .incomplete: break
        case .complete(let promise, .error(let message)): promise.fail(RedisError.server(message))
        case .complete(let promise, let reply): promise.succeed(reply)
        case .unexpected:
            if case .error(let message) = reply { throw .server(message) }
            throw .protocolViolation("a reply came that no command asked for")
        }
    }

    func receivedAll() {}

    func close(_ error: RedisError?) {
        guard self.flag.isOpen else { return }
        self.flag.close()
        self.timer?.cancel()
        self.context?.close(promise: nil)
        self.context = nil
        let reason = error?.description ?? "the connection was closed"
        for (promise, error) in self.pipeline.close(reason) {
            promise.fail(error)
        }
        self.closed.succeed(error)
    }
}

// MARK: - Writing

extension CommandSession {
    /// Once a tick: what is sent until then leaves in one write.
    private func scheduleFlush(_ context: ChannelHandlerContext) {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.flush()
        }
    }

    private func flush() {
        guard !self.isFlushing else { return }
        self.isFlushing = true
        defer { self.isFlushing = false }
        while let context = self.context {
            let batch = self.pipeline.nextBatch()
            guard let last = batch.last else { return }
            for frame in batch.dropLast() { context.write(NIOAny(frame), promise: nil) }
            context.writeAndFlush(NIOAny(last), promise: self.makeWritePromise(context))
        }
    }

    /// Writes are taken in order, so the last one's promise stands for the batch. A failure closes the channel anyway.
    private func makeWritePromise(_ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess {
            self.pipeline.batchWritten()
            self.flush()
        }
        return promise
    }
}

// MARK: - Time-outs

extension CommandSession {
    /// One timer for all: they have the same time-out, so the oldest command's is the next.
    private func scheduleTimer(_ context: ChannelHandlerContext) {
        guard self.timer == nil, let deadline = self.pipeline.deadline else { return }
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.checkDeadline(context)
        }
    }

    private func checkDeadline(_ context: ChannelHandlerContext) {
        guard let deadline = self.pipeline.deadline else { return }
        guard deadline <= .now() else { return self.scheduleTimer(context) }
        self.close(.closed("no reply within \(self.timeout)"))
    }
}

@available(*, unavailable)
extension CommandSession: Sendable {}
