import ByteStreams
import HTTPTypes
import HTTPWire
import HubCore
import NIOCore
import NIOWebSocket

/// One WebSocket connection: reads the client's frames, keeps the protocol, and writes frames that are made already.
///
/// Confined to the channel's event loop, as every handler is.
final class WebSocketConnection: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case open
        /// The end was said; the client's word on it is awaited.
        case closing
        /// What comes is thrown away.
        case ended
    }

    /// How long a client may take to answer a close, and to read the last bytes.
    private static let closeTimeout = TimeAmount.seconds(5)
    /// How many heartbeats a client may stay silent.
    private static let silentHeartbeats = 2

    private var sink: ConnectionSink?
    private let limit: MessageLimit
    private var application: (any WebSocketApplication)?
    private var assembler: MessageAssembler
    private var gate: InboundGate?
    private var share: ByteShare
    /// Bytes that have come and of which no frame has been made yet.
    private var unframedBytes = 0
    private var messageClock: MessageClock
    private var state = State.open
    private var waiting = CircularBuffer<WebSocketFrame>()
    private var context: ChannelHandlerContext?
    private var readIsDue = false
    private var isPumping = false
    private var silence = 0

    /// Takes over the rest of an exchange's connection.
    /// - Parameters:
    ///   - exchange: The request that asks for it.
    ///   - fields: The fields of the response.
    ///   - limit: How large the client's messages may be.
    ///   - inflates: Whether they may be compressed.
    ///   - budget: What they take from until they have been dealt with.
    ///   - application: Gets the messages.
    init(
        _ exchange: any HTTPExchange, _ fields: HTTPFields, limit: MessageLimit, inflates: Bool,
        budget: ByteBudget, application: any WebSocketApplication
    ) {
        self.limit = limit
        self.assembler = MessageAssembler(limit: limit, inflates: inflates)
        self.share = ByteShare(of: budget)
        self.messageClock = MessageClock(limit)
        self.application = application
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: max(125, limit.bytes)))
        let gate = InboundGate(
            isOpen: { [unowned self] in self.waiting.isEmpty && self.canReceive },
            heard: { [unowned self] count in
                self.silence = 0
                self.unframedBytes += count
            })
        self.gate = gate
        self.sink = exchange.upgrade(fields, to: [gate, decoder, self])
    }

    // MARK: Writing

    /// Whether everything that was written has been taken by the kernel.
    var isWritable: Bool { self.sink?.isWritable ?? false }

    /// How many bytes were written that the client has not taken yet.
    var backlog: Int { self.sink?.backlog ?? 0 }

    /// Writes the first frames, which take the head of the response along.
    func begin(with frames: ByteBuffer) {
        self.sink?.begin(with: frames)
    }

    /// Writes frames.
    func write(_ frames: ByteBuffer) {
        if case .open = self.state { self.sink?.write(frames) }
    }

    /// Asks the client for a sign of life, or ends the connection if there has been none for long.
    func ping() {
        guard case .open = self.state else { return }
        // Whoever is not read can't be heard.
        if self.isReading { self.silence += 1 }
        guard self.silence <= Self.silentHeartbeats else {
            self.sink?.abort()
            return
        }
        self.write(ServerFrame.ping)
    }

    /// Ends the connection kindly: says why, and waits for the client's word on it (RFC 6455, 7.1.2).
    /// - Parameter last: Frames to be written before.
    func close(_ code: CloseCode, after last: ByteBuffer) {
        guard case .open = self.state else { return }
        self.write(last)
        self.write(ServerFrame.close(code))
        self.state = .closing
        self.closeLater()
        self.resume()
    }

    /// The channel is inactive, and its descriptor may soon be another's.
    func connectionClosed() {
        self.state = .ended
        self.sink?.disconnect()
        self.waiting.removeAll()
        self.application = nil
        self.gate = nil
        self.messageClock.stop()
        self.share.release()
    }

    // MARK: Reading

    /// Whether what comes is of use now.
    private var isReading: Bool {
        guard case .open = self.state else { return true }
        return self.waiting.isEmpty && self.gate?.isEmpty != false && self.takesMessages
    }

    /// A client that does not read what it is sent is not read either.
    private var takesMessages: Bool {
        self.isWritable && self.application?.takesMessages == true
    }

    /// The application takes more messages again.
    func resume() {
        guard !self.isPumping else { return }
        self.isPumping = true
        while self.canReceive, let frame = self.waiting.popFirst() { self.receive(frame) }
        self.isPumping = false
        self.gate?.pass()
        self.settle()
        guard self.readIsDue, self.isReading else { return }
        self.readIsDue = false
        self.context?.read()
    }

    private var canReceive: Bool {
        if case .open = self.state { self.takesMessages } else { true }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func read(context: ChannelHandlerContext) {
        guard self.isReading else {
            self.readIsDue = true
            return
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ended = self.state { return }
        let frame = Self.unwrapInboundIn(data)
        self.unframedBytes = max(0, self.unframedBytes - frame.byteCount)
        self.waiting.append(frame)
        self.resume()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.settle()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else { return }
        switch error {
        case .invalidFrameLength: self.fail(.tooBig, self.limit.tooBig)
        case .fragmentedControlFrame: self.fail(.protocolError, "a control frame must not be in fragments")
        case .multiByteControlFrameLength: self.fail(.protocolError, "a control frame has 125 bytes at most")
        }
    }

    private func receive(_ frame: WebSocketFrame) {
        let action = self.assembler.receive(frame)
        if !self.assembler.isWithinMessage { self.messageClock.stop() }
        switch (self.state, action) {
        case (.ended, _), (.closing, .nothing), (.closing, .text), (.closing, .binary), (.closing, .pong),
            (.open, .nothing):
            break
        case (.closing, .close), (.closing, .fail):
            self.state = .ended
            self.sink?.abort()
        case (.open, .text(let text)): self.application?.receive(text: text)
        case (.open, .binary(let bytes)): self.application?.receive(binary: bytes)
        case (.open, .pong(let payload)): self.write(ServerFrame.pong(payload))
        case (.open, .close(let code)): self.finish(code)
        case (.open, .fail(let code, let reason)): self.fail(code, reason)
        }
    }

    // MARK: What is held

    /// How many bytes of messages are held, complete or not.
    private var heldBytes: Int {
        let waiting = self.waiting.reduce(0) { $0 + $1.byteCount }
        return self.unframedBytes + waiting + self.assembler.byteCount + (self.application?.heldBytes ?? 0)
    }

    /// What has come so far has been dealt with, as far as it is possible now: there must be room for the rest, and for an
    /// incomplete message time.
    private func settle() {
        guard case .open = self.state else { return }
        guard self.share.hold(self.heldBytes, for: self.limit.claimant) else {
            return self.fail(.tryAgainLater, "the hub holds as many bytes as it may (--max-buffered); try again")
        }
        guard self.unframedBytes > 0 || self.assembler.isWithinMessage else { return self.messageClock.stop() }
        if let time = self.messageClock.start(at: .now()) { self.checkTime(in: time) }
    }

    /// Looks at the incomplete message after a while. It is not called off when the message is complete: most are at once.
    private func checkTime(in time: TimeAmount) {
        self.context?.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self?.checkTime() }
    }

    private func checkTime() {
        let received = self.unframedBytes + self.assembler.byteCount
        switch self.messageClock.check(at: .now(), received: received, isRead: self.isReading) {
        case .inTime: break
        case .tooEarly(let rest): self.checkTime(in: rest)
        case .tooLate: self.fail(.policy, self.limit.tooSlow)
        }
    }

    // MARK: The end

    /// The client ended the connection: it is told so, and it is for the server to close first (RFC 6455, 7.1.1).
    private func finish(_ code: CloseCode?) {
        self.state = .ended
        self.application?.ended()
        self.sink?.finish(with: ServerFrame.close(code))
    }

    /// The client broke the protocol. What it still sends is read on for a while: closing with unread bytes would reset the
    /// connection and take the last frame with it.
    private func fail(_ code: CloseCode, _ reason: String) {
        guard case .open = self.state else { return }
        self.state = .ended
        self.application?.ended()
        self.waiting.removeAll()
        self.messageClock.stop()
        self.share.release()
        self.sink?.disconnect()
        self.closeLater()
        if let channel = self.context?.channel {
            channel.writeAndFlush(ServerFrame.close(code, reason)).whenComplete { _ in
                channel.close(mode: .output, promise: nil)
            }
        }
        self.resume()
    }

    private func closeLater() {
        guard let channel = self.context?.channel else { return }
        let deadline = channel.eventLoop.scheduleTask(in: Self.closeTimeout) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
    }
}

extension WebSocketFrame {
    /// How many bytes it had on the wire (RFC 6455, 5.2).
    fileprivate var byteCount: Int {
        let lengthBytes = self.length > 0xFFFF ? 8 : self.length > 125 ? 2 : 0
        return 2 + lengthBytes + (self.maskKey == nil ? 0 : 4) + self.length
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
