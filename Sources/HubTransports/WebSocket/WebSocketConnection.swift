import HubCore
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// What a WebSocket connection serves. Used only on the channel's loop.
protocol WebSocketApplication: AnyObject {
    /// Whether more may be asked for; otherwise the client's messages stay in the kernel until `resume` is called.
    var takesMessages: Bool { get }

    /// A text message has come.
    func receive(text: [UInt8])

    /// A binary message has come.
    func receive(binary: [UInt8])

    /// Everything that was written has been taken by the kernel.
    func becameWritable()

    /// The client ended the connection, or broke the protocol: nothing more is sent.
    func ended()
}

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

    private let socket: StreamSocket
    private let channel: any Channel
    private var application: (any WebSocketApplication)?
    private var assembler: MessageAssembler
    private var state = State.open
    private var waiting = CircularBuffer<WebSocketFrame>()
    private var context: ChannelHandlerContext?
    private var readIsDue = false
    private var isPumping = false
    private var silence = 0

    /// Takes over a channel whose pipeline takes plain bytes and gives plain bytes.
    /// - Parameters:
    ///   - exchange: The request that asks for it.
    ///   - head: The head of its answer.
    ///   - assembler: Makes messages of the client's frames.
    ///   - maximumFrameBytes: The largest frame.
    ///   - application: Gets the messages.
    init(
        _ exchange: any StreamExchange, _ head: HTTPResponseHead, assembler: MessageAssembler, maximumFrameBytes: Int,
        application: any WebSocketApplication
    ) {
        self.channel = exchange.channel
        self.assembler = assembler
        self.application = application
        self.socket = StreamSocket(exchange.channel, direct: true)
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: max(125, maximumFrameBytes)))
        let watch = PeerWatch { [unowned self] in self.silence = 0 }
        exchange.upgrade(head, to: [watch, decoder, self])
        self.socket.onWritable = { [unowned self] in
            self.resume()
            self.application?.becameWritable()
        }
    }

    // MARK: Writing

    /// Whether everything that was written has been taken by the kernel.
    var isWritable: Bool { self.socket.isWritable }

    /// How many bytes were written that the client has not taken yet.
    var backlog: Int { self.socket.backlog }

    /// Writes the first frames, which take the head of the answer along.
    func begin(with frames: ByteBuffer) {
        self.socket.begin(with: frames)
    }

    /// Writes frames.
    func write(_ frames: ByteBuffer) {
        if case .open = self.state { self.socket.write(frames) }
    }

    /// Asks the client for a sign of life, or ends the connection if there has been none for long.
    func ping() {
        guard case .open = self.state else { return }
        // Whoever is not read can't be heard.
        if self.isReading { self.silence += 1 }
        guard self.silence <= Self.silentHeartbeats else { return self.socket.abort() }
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
        self.socket.forgetDescriptor()
        self.waiting.removeAll()
        self.application = nil
    }

    // MARK: Reading

    /// Whether what comes is of use now.
    private var isReading: Bool {
        guard case .open = self.state else { return true }
        return self.waiting.isEmpty && self.takesMessages
    }

    /// A client that does not read the answers is not read either.
    private var takesMessages: Bool {
        self.socket.isWritable && self.application?.takesMessages == true
    }

    /// The application takes more messages again.
    func resume() {
        guard !self.isPumping else { return }
        self.isPumping = true
        while self.canReceive, let frame = self.waiting.popFirst() { self.receive(frame) }
        self.isPumping = false
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
        self.waiting.append(Self.unwrapInboundIn(data))
        self.resume()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else { return }
        switch error {
        case .invalidFrameLength: self.fail(.tooBig, "a frame is larger than a message may be (--max-body)")
        case .fragmentedControlFrame: self.fail(.protocolError, "a control frame must not be in fragments")
        case .multiByteControlFrameLength: self.fail(.protocolError, "a control frame has 125 bytes at most")
        }
    }

    private func receive(_ frame: WebSocketFrame) {
        switch (self.state, self.assembler.receive(frame)) {
        case (.ended, _), (.closing, .nothing), (.closing, .text), (.closing, .binary), (.closing, .pong),
            (.open, .nothing):
            break
        case (.closing, .close), (.closing, .fail):
            self.state = .ended
            self.socket.abort()
        case (.open, .text(let text)): self.application?.receive(text: text)
        case (.open, .binary(let bytes)): self.application?.receive(binary: bytes)
        case (.open, .pong(let payload)): self.write(ServerFrame.pong(payload))
        case (.open, .close(let code)): self.finish(code)
        case (.open, .fail(let code, let reason)): self.fail(code, reason)
        }
    }

    // MARK: The end

    /// The client ended the connection: it is told so, and it is for the server to close first (RFC 6455, 7.1.1).
    private func finish(_ code: CloseCode?) {
        self.state = .ended
        self.application?.ended()
        self.socket.finish(with: ServerFrame.close(code))
    }

    /// The client broke the protocol. What it still sends is read on for a while: closing with unread bytes would reset the
    /// connection and take the last frame with it.
    private func fail(_ code: CloseCode, _ reason: String) {
        guard case .open = self.state else { return }
        self.state = .ended
        self.application?.ended()
        self.waiting.removeAll()
        self.socket.forgetDescriptor()
        self.closeLater()
        let channel = self.channel
        channel.writeAndFlush(ServerFrame.close(code, reason)).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
        self.resume()
    }

    private func closeLater() {
        let channel = self.channel
        let deadline = channel.eventLoop.scheduleTask(in: Self.closeTimeout) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
