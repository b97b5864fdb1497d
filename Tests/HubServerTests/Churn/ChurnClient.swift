import NIOCore
import NIOPosix
import Synchronization

/// What must not be and was seen all the same; kept short, since one fault shows a thousand times.
final class Findings: Sendable {
    private let found = Mutex<[String]>([])

    var all: [String] { self.found.withLock { $0 } }

    func note(_ finding: String) {
        self.found.withLock { if $0.count < 20 { $0.append(finding) } }
    }
}

/// How far a client has come, for the test to read.
final class ChurnProgress: Sendable {
    private let state = Mutex((isOpen: false, last: [String: Int]()))

    var isOpen: Bool { self.state.withLock { $0.isOpen } }

    func open() { self.state.withLock { $0.isOpen = true } }
    func reach(_ number: Int, of topic: String) { self.state.withLock { $0.last[topic] = number } }
    func last(of topic: String) -> Int? { self.state.withLock { $0.last[topic] } }
}

/// One connection of a churn: checks that all it gets are events of its own topics, each once and in order, and leaves
/// after some of them.
final class ChurnClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// When a client leaves.
    enum Leaving: Equatable, Sendable {
        case never
        /// Before anything can have been answered.
        case atOnce
        /// As soon as the stream has begun.
        case afterHead
        case after(events: Int)
    }

    /// What a client does.
    struct Plan: Sendable {
        var transport: ChurnTransport
        var topics: [String]
        var leaving = Leaving.never
        /// Ends the connection with a reset instead of an orderly end.
        var resets = false
        /// Ends its own side only, and reads on until the hub ends the other.
        var endsInput = false
        /// Stops reading as soon as the stream has begun, with as little as can be waiting in the kernel.
        var pauses = false
    }

    private let plan: Plan
    private let findings: Findings
    private let progress: ChurnProgress
    private var reader: ChurnReader
    private var last: [String: Int] = [:]
    private var count = 0
    private var lastID = ""
    private var hasLeft = false

    private init(_ plan: Plan, findings: Findings, progress: ChurnProgress) {
        self.plan = plan
        self.findings = findings
        self.progress = progress
        self.reader = ChurnReader(plan.transport)
    }

    /// Opens a stream.
    static func connect(
        port: Int, _ plan: Plan, findings: Findings, progress: ChurnProgress = ChurnProgress()
    ) async throws -> any Channel {
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        if plan.pauses { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 32 << 10) }
        return
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let options = plan.resets ? channel as? any SocketOptionProvider : nil
                    _ = options?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    try channel.pipeline.syncOperations.addHandler(
                        ChurnClient(plan, findings: findings, progress: progress))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func channelActive(context: ChannelHandlerContext) {
        let request = ByteBuffer(string: self.plan.transport.request(self.plan.topics))
        context.writeAndFlush(Self.wrapOutboundOut(request), promise: nil)
        if self.plan.leaving == .atOnce { self.leave(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.reader.append(Self.unwrapInboundIn(data))
        do {
            while !self.isDone || self.plan.endsInput, let piece = try self.reader.next() { self.take(piece, context) }
        } catch {
            self.findings.note("\(self.plan.transport) \(self.plan.topics) got \(error)")
            context.close(promise: nil)
        }
        if self.isDone { self.leave(context) }
    }

    private func leave(_ context: ChannelHandlerContext) {
        guard !self.hasLeft else { return }
        self.hasLeft = true
        context.close(mode: self.plan.endsInput ? .output : .all, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private var isDone: Bool {
        switch self.plan.leaving {
        case .never, .atOnce: false
        case .afterHead: self.progress.isOpen
        case .after(let events): self.count >= events
        }
    }

    private func take(_ piece: ChurnReader.Piece, _ context: ChannelHandlerContext) {
        switch piece {
        case .head:
            self.progress.open()
            guard self.plan.pauses else { return }
            context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        case .event(let id, let topic, let number): self.take(id, topic, number)
        case .other: break
        }
    }

    private func take(_ id: String, _ topic: String, _ number: Int) {
        guard self.plan.topics.contains(topic) else { return self.note("got \(topic) \(number)") }
        if id <= self.lastID { self.note("id \(id) after \(self.lastID)") }
        if let last = self.last[topic], number != last + 1 { self.note("\(topic) \(number) after \(last)") }
        self.lastID = id
        self.last[topic] = number
        self.count += 1
        self.progress.reach(number, of: topic)
    }

    private func note(_ finding: String) {
        self.findings.note("\(self.plan.transport) \(self.plan.topics): \(finding)")
    }
}
