import ByteStreams
import NIOCore
import NIOHTTP2

/// The writing end of a stream of HTTP/2. The client's windows are its back-pressure: a stream without one is a slow reader, alone.
/// Used only on the connection's loop.
final class HTTP2StreamSink: StreamSink {
    private static let finishTimeout = TimeAmount.seconds(5)
    /// The widest that a window can be (RFC 9113, 6.9.1).
    private static let maximumWindow = Int(Int32.max)

    private enum End {
        case open
        /// The stream ends with what is held.
        case due(completion: (() -> Void)?)
        case written
    }

    private let id: HTTP2StreamID
    private var output: HTTP2Output?
    private var observer: (any StreamSinkObserver)?
    /// How many bytes the client takes; fewer than none if it has changed its mind.
    private var window: Int
    /// Bytes for which there is no window.
    private var held = ByteBuffer()
    private var end = End.open
    private var isResponse = false
    private var deadline: Scheduled<Void>?
    /// What of the clients' budget is taken by them.
    private var share: ByteShare
    /// Whether it has a turn when the connection's window is wider.
    private var isWaiting = false

    init(_ output: HTTP2Output, _ id: HTTP2StreamID, budget: ByteBudget) {
        self.share = ByteShare(of: budget)
        self.output = output
        self.id = id
        self.window = output.initialWindow
    }

    /// Names who is told when it takes more again.
    func attach(to observer: (any StreamSinkObserver)?) { self.observer = observer }

    var isWritable: Bool {
        guard self.held.readableBytes == 0, let output = self.output else { return false }
        return !output.isBlocked
    }

    var backlog: Int { self.output.map { self.held.readableBytes + $0.backlog } ?? 0 }

    func write(_ bytes: ByteBuffer) {
        guard self.output != nil, case .open = self.end else { return }
        if self.held.readableBytes == 0 {
            var rest = bytes
            while self.sendFrame(of: &rest) {}
            self.held = rest.readableBytes > 0 ? rest : ByteBuffer()
        } else {
            self.held.writeImmutableBuffer(bytes)
        }
        if !self.isResponse, !self.share.hold(self.held.readableBytes, for: .stranger) { self.abortLater() }
    }

    /// There is no room for what the client does not take: it goes on from its cursor elsewhere. Not while others are sent the same.
    private func abortLater() {
        self.output?.eventLoop.assumeIsolated().execute { self.abort() }
    }

    /// Writes the last bytes of a response.
    /// - Parameter completion: Is called when they have left, or can't any more.
    func end(with bytes: ByteBuffer, completion: (() -> Void)? = nil) {
        guard self.output != nil, case .open = self.end else { return completion?() ?? () }
        // Room for a response was found before.
        self.isResponse = completion != nil
        self.write(bytes)
        self.end = .due(completion: completion)
        self.endIfDone()
    }

    func finish(with bytes: ByteBuffer) {
        guard let output = self.output, case .open = self.end else { return }
        self.observer = nil
        self.end(with: bytes)
        self.deadline = output.eventLoop.assumeIsolated().scheduleTask(in: Self.finishTimeout) { self.abort() }
    }

    func abort() { self.output?.reset(self.id, .cancel) }

    func disconnect() {
        self.deadline?.cancel()
        self.output = nil
        self.observer = nil
        self.held = ByteBuffer()
        self.share.release()
        guard case .due(let completion) = self.end else { return }
        self.end = .written
        completion?()
    }

    // MARK: Windows

    /// The client takes more, or less.
    /// - Returns: Whether that is possible.
    func changeWindow(by change: Int) -> Bool {
        guard self.window + change <= Self.maximumWindow else { return false }
        self.window += change
        if self.held.readableBytes > 0 { self.wait() }
        return true
    }

    /// Sends a frame of what is held; the rest waits for the turns of others.
    func takeTurn() {
        self.isWaiting = false
        _ = self.sendFrame(of: &self.held)
        guard self.held.readableBytes == 0 else { return self.wait() }
        self.held = ByteBuffer()
        self.share.release()
        self.endIfDone()
        self.becameWritable()
    }

    /// The kernel takes more again.
    func becameWritable() {
        if self.isWritable { self.observer?.becameWritable() }
    }

    private func wait() {
        guard self.window > 0, !self.isWaiting, let output = self.output else { return }
        self.isWaiting = true
        output.wait(self)
    }

    /// - Returns: Whether there may be more to send.
    private func sendFrame(of bytes: inout ByteBuffer) -> Bool {
        guard bytes.readableBytes > 0, self.window > 0, let output = self.output else { return false }
        let count = output.takeWindow(min(self.window, bytes.readableBytes))
        guard count > 0, let frame = bytes.readSlice(length: count) else {
            self.wait()
            return false
        }
        self.window -= count
        output.write(frame, on: self.id)
        return bytes.readableBytes > 0
    }

    private func endIfDone() {
        guard case .due(let completion) = self.end, self.held.readableBytes == 0 else { return }
        self.end = .written
        self.output?.end(self.id, completion: completion)
    }
}

@available(*, unavailable)
extension HTTP2StreamSink: Sendable {}
