import NIOCore
import Synchronization

/// Moves bytes between a channel and a session: the handshake first, then replies.
///
/// No `ByteToMessageDecoder`: replies that are already inside hiredis would wait there for more bytes.
final class RedisChannelHandler<Session: RedisSession>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case idle
        case handshake(RedisHandshake, Scheduled<Void>)
        case session
        case closed
    }

    private let session: Session
    private let reader: RESPReader
    private let ready: EventLoopPromise<Void>
    private var state = State.idle

    /// - Parameters:
    ///   - session: Is opened when the handshake is complete.
    ///   - limits: What a reply may cost.
    ///   - ready: Completes with the handshake; failed with a `RedisError` if there will be none.
    init(session: Session, limits: RESPLimits, ready: EventLoopPromise<Void>) {
        self.session = session
        self.reader = RESPReader(limits: limits)
        self.ready = ready
    }

    /// Begins the handshake, on a channel that is active.
    /// - Parameters:
    ///   - handshake: What to say.
    ///   - context: Of this handler.
    ///   - deadline: When it must be complete.
    ///   - timeout: The time-out that led to the deadline, for the error.
    func begin(
        _ handshake: RedisHandshake, _ context: ChannelHandlerContext, deadline: NIODeadline, timeout: TimeAmount
    ) {
        guard case .idle = self.state else { return }
        let timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.close(context, .connectFailed("no answer within \(timeout)"))
        }
        self.state = .handshake(handshake, timer)
        do throws(RedisError) {
            for command in handshake.commands {
                context.write(self.wrapOutboundOut(try RESPCommandEncoder.encode(command)), promise: nil)
            }
            context.flush()
        } catch {
            self.close(context, error)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(RedisError) {
            try self.reader.read(self.unwrapInboundIn(data)) { reply in
                self.receive(context, reply)
            }
        } catch {
            self.close(context, error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .session = self.state { self.session.receivedAll() }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.close(context, .closed("the server closed it"))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.close(context, .closed("the channel was closed"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.close(context, .closed(ConnectFailure.reason(error)))
    }

    /// - Returns: Whether more replies are wanted.
    private func receive(_ context: ChannelHandlerContext, _ reply: RESPValue) -> Bool {
        do throws(RedisError) {
            switch self.state {
            case .session:
                try self.session.receive(reply)
                return self.session.flag.isOpen
            case .handshake(let handshake, let timer):
                try self.advance(handshake, timer, with: reply, context)
                return true
            case .idle, .closed:
                return false
            }
        } catch {
            self.close(context, error)
            return false
        }
    }

    private func advance(
        _ handshake: RedisHandshake, _ timer: Scheduled<Void>, with reply: RESPValue, _ context: ChannelHandlerContext
    ) throws(RedisError) {
        var handshake = handshake
        guard try handshake.receive(reply) else {
            self.state = .handshake(handshake, timer)
            return
        }
        timer.cancel()
        self.state = .session
        self.session.open(context)
        self.ready.succeed()
    }

    private func close(_ context: ChannelHandlerContext, _ error: RedisError) {
        switch self.state {
        case .closed:
            return
        case .session:
            self.session.close(error)
        case .handshake(_, let timer):
            timer.cancel()
            fallthrough
        case .idle:
            self.session.close(error)
            self.ready.fail(Self.connectFailed(error))
            context.close(promise: nil)
        }
        self.state = .closed
    }

    /// Before the session, whatever happens is a failure to connect.
    private static func connectFailed(_ error: RedisError) -> RedisError {
        switch error {
        case .connectFailed: error
        case .closed(let reason): .connectFailed("\(reason), before the handshake was complete")
        case .notSent, .outcomeUnknown, .server, .protocolViolation: .connectFailed(error.description)
        }
    }
}

@available(*, unavailable)
extension RedisChannelHandler: Sendable {}

/// What a connection is used for, once its handshake is complete. Confined to the channel's event loop.
protocol RedisSession: AnyObject, SendableMetatype {
    /// Whether it is open, for other threads too.
    var flag: OpenFlag { get }

    /// Completes when it is closed.
    var closed: EventLoopPromise<RedisError?> { get }

    /// The handshake is complete; write through this context.
    func open(_ context: ChannelHandlerContext)

    /// A reply came.
    /// - Throws: What makes the connection unusable.
    func receive(_ reply: RESPValue) throws(RedisError)

    /// Nothing more is to be read for now.
    func receivedAll()

    /// Ends the session, opened or not, and closes its channel; later calls do nothing.
    /// - Parameter error: Why; `nil` if it was asked for.
    func close(_ error: RedisError?)
}

/// Whether a connection is open: written on its event loop, read anywhere.
final class OpenFlag: Sendable {
    private let value = Atomic(true)

    var isOpen: Bool { self.value.load(ordering: .acquiring) }

    func close() {
        self.value.store(false, ordering: .releasing)
    }
}
