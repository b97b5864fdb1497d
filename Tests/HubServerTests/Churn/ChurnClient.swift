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
    private let state = Mutex((isOpen: false, last: 0))

    var isOpen: Bool { self.state.withLock { $0.isOpen } }
    var last: Int { self.state.withLock { $0.last } }

    func open() { self.state.withLock { $0.isOpen = true } }
    func reach(_ number: Int) { self.state.withLock { $0.last = number } }
}

/// One connection of a churn: checks that all it gets are events of its own topic, `TOPIC NUMBER`, each once and in
/// order, and leaves after some of them.
final class ChurnClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// When a client leaves.
    enum Leaving: Sendable {
        case never
        /// Before anything can have been answered.
        case atOnce
        /// As soon as the stream has begun.
        case afterHead
        case after(events: Int)
    }

    private let topic: String
    private let leaving: Leaving
    private let findings: Findings
    private let progress: ChurnProgress
    private var bytes = ByteBuffer()
    private var hasHead = false
    private var last: Int?
    private var count = 0
    private var lastID = ""

    private init(topic: String, leaving: Leaving, findings: Findings, progress: ChurnProgress) {
        self.topic = topic
        self.leaving = leaving
        self.findings = findings
        self.progress = progress
    }

    /// Opens a stream.
    /// - Parameter resets: Whether the client ends the connection with a reset instead of an orderly end.
    static func connect(
        port: Int, topic: String, leaving: Leaving, resets: Bool, findings: Findings,
        progress: ChurnProgress = ChurnProgress()
    ) async throws -> any Channel {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let options = resets ? channel as? any SocketOptionProvider : nil
                    _ = options?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    try channel.pipeline.syncOperations.addHandler(
                        ChurnClient(topic: topic, leaving: leaving, findings: findings, progress: progress))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func channelActive(context: ChannelHandlerContext) {
        // HTTP/1.0, so that there are no chunks between the lines.
        let request = ByteBuffer(string: "GET /sse?topic=\(self.topic) HTTP/1.0\r\n\r\n")
        context.writeAndFlush(Self.wrapOutboundOut(request), promise: nil)
        if case .atOnce = self.leaving { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.bytes.writeImmutableBuffer(Self.unwrapInboundIn(data))
        while let end = self.bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = self.bytes.readString(length: end - self.bytes.readerIndex) ?? ""
            self.bytes.moveReaderIndex(forwardBy: 1)
            if self.hasHead { self.read(line) } else { self.readHead(line) }
            guard self.isDone else { continue }
            context.close(promise: nil)
            return
        }
        self.bytes.discardReadBytes()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private var isDone: Bool {
        switch self.leaving {
        case .never, .atOnce: false
        case .afterHead: self.hasHead
        case .after(let events): self.count >= events
        }
    }

    private func readHead(_ line: String) {
        self.hasHead = line == "\r"
        if self.hasHead { self.progress.open() }
        if line.hasPrefix("HTTP/"), !line.hasPrefix("HTTP/1.0 200 ") { self.findings.note("answered: \(line)") }
    }

    private func read(_ line: String) {
        if line.isEmpty || line == ":" { return }
        let value = line.drop { $0 != " " }.dropFirst()
        if line.hasPrefix("data: ") { return self.readData(value) }
        guard line.hasPrefix("id: ") else { return self.findings.note("a line of nobody's on \(self.topic): \(line)") }
        if value <= self.lastID { self.findings.note("\(self.topic): id \(value) after \(self.lastID)") }
        self.lastID = String(value)
    }

    private func readData(_ value: Substring) {
        let parts = value.split(separator: " ")
        guard parts.count == 2, parts[0] == self.topic, let number = Int(parts[1]) else {
            return self.findings.note("\(self.topic) got '\(value)'")
        }
        if let last = self.last, number != last + 1 { self.findings.note("\(self.topic): \(number) after \(last)") }
        self.last = number
        self.count += 1
        self.progress.reach(number)
    }
}
