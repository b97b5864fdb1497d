import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A subscriber on a plain socket, which hides nothing: it notes what comes, also twice, and resumes where it was.
final class CheckingSubscriber: Sendable {
    /// What it does.
    struct Plan: Sendable {
        var topics: [String]
        /// It goes from one to the next at each connection.
        var hubs: [HubProcess]
        var start = "earliest"
        /// It drops the connection after so many events.
        var dropsAfter = Int.max
        var reconnects = true
    }

    let plan: Plan
    private let state: Mutex<State>
    private let task = Mutex<Task<Void, Never>?>(nil)

    private struct State: Sendable {
        var ledger = Ledger()
        var channel: (any Channel)?
        var isPaused = false
    }

    init(_ plan: Plan) {
        self.plan = plan
        self.state = Mutex(State())
    }

    /// What it has got so far.
    var ledger: Ledger { self.state.withLock { $0.ledger } }

    func start(offset: Int = 0) {
        self.task.withLock { $0 = Task { await self.run(offset) } }
    }

    func stop() async {
        let task = self.task.withLock { $0 }
        task?.cancel()
        self.drop()
        await task?.value
    }

    /// Drops the connection.
    func drop() { self.state.withLock { $0.channel }?.close(promise: nil) }

    /// Stops to read from the socket, or goes on.
    func pause(_ isPaused: Bool) {
        let channel = self.state.withLock { state in
            state.isPaused = isPaused
            return state.channel
        }
        _ = channel?.setOption(.autoRead, value: !isPaused)
    }

    private func run(_ offset: Int) async {
        var turn = offset
        while !Task.isCancelled {
            let hub = self.plan.hubs[turn % self.plan.hubs.count]
            turn += 1
            if let channel = try? await self.connect(to: hub) {
                self.state.withLock { $0.channel = channel }
                if Task.isCancelled { channel.close(promise: nil) }
                try? await channel.closeFuture.get()
            }
            guard self.plan.reconnects else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func connect(to hub: HubProcess) async throws -> any Channel {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(2))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(StreamHandler(self))
                }
            }
            .connect(host: "127.0.0.1", port: hub.port).get()
    }

    fileprivate var request: HTTPRequestHead {
        let cursor = self.ledger.cursor
        let topics = self.plan.topics.map { "&topic=\($0)" }.joined()
        var head = HTTPRequestHead(
            version: .http1_1, method: .GET,
            uri: "/sse?format=json&prime=true\(topics)&last_event_id=\(self.plan.start)")
        head.headers.add(name: "Host", value: "127.0.0.1")
        if !cursor.isEmpty { head.headers.add(name: "Last-Event-ID", value: cursor) }
        return head
    }

    fileprivate func note<Result>(_ body: (inout Ledger) -> sending Result) -> sending Result {
        self.state.withLock { body(&$0.ledger) }
    }

    /// Notes a block of the stream.
    /// - Returns: Whether it was an event.
    fileprivate func note(_ block: StreamBlock) -> Bool {
        let data = block.data.map { Data($0.readableBytesView) }
        let content = data.flatMap { try? JSONDecoder().decode(Content.self, from: $0) }
        return self.note { ledger in
            if let retry = block.retry { ledger.retry(retry) }
            if let id = block.id { ledger.moved(to: id) }
            guard data != nil else { return false }
            switch block.event {
            case "hub.reset": ledger.reset(topic: content?.topic ?? "?", reason: content?.reason ?? "?")
            case "hub.close": ledger.closed(content?.reason ?? "?")
            default:
                ledger.event(topic: content?.topic ?? "?", number: content?.number ?? -1, id: block.id ?? "")
                return true
            }
            return false
        }
    }

    /// The parts of an event, a reset and a close that matter here.
    private struct Content: Decodable {
        let topic: String?
        let data: String?
        let reason: String?

        /// The number that the data begins with; only its first bytes are looked at, since a debug build is slow.
        var number: Int? { self.data.flatMap { Int($0.prefix(12).prefix { $0 != " " }) } }
    }
}

/// One connection of a subscriber.
private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let subscriber: CheckingSubscriber
    private var blocks = StreamBlockReader()
    private var eventCount = 0
    private var isDropped = false

    init(_ subscriber: CheckingSubscriber) {
        self.subscriber = subscriber
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(self.wrapOutboundOut(.head(self.subscriber.request)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isDropped else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head) where head.status == .ok:
            let replay = head.headers.first(name: "Hub-Replay") ?? ""
            self.subscriber.note { $0.opened(replay: replay) }
        case .head(let head):
            let status = Int(head.status.code)
            self.subscriber.note { $0.refused(status) }
            context.close(promise: nil)
        case .body(let bytes): self.read(bytes, context)
        case .end: context.close(promise: nil)
        }
    }

    private func read(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let count = bytes.readableBytes
        self.blocks.append(bytes)
        self.subscriber.note { $0.alive(count) }
        while let block = self.blocks.next() {
            guard self.subscriber.note(block) else { continue }
            self.eventCount += 1
            guard self.eventCount < self.subscriber.plan.dropsAfter else {
                // What is in this read behind the event counts as not received.
                self.isDropped = true
                context.close(promise: nil)
                return
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
