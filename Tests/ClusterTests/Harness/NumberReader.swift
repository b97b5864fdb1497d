import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A subscriber that costs little enough to have thousands of in a debug build: it knows the number that each event
/// begins with, and can stop reading.
final class NumberReader: Sendable {
    private struct State: Sendable {
        var isOpen = false
        var count = 0
        var last = 0
        var faults: [String] = []
        var channel: (any Channel)?
    }

    private let state = Mutex(State())

    /// Whether the head of the stream has come.
    var isOpen: Bool { self.state.withLock { $0.isOpen } }
    /// The last number.
    var last: Int { self.state.withLock { $0.last } }
    /// Numbers that did not follow the one before, and everything else that should not come.
    var faults: [String] { self.state.withLock { $0.faults } }

    /// Opens a stream of one topic from its next event on.
    static func connect(port: Int, topic: String) async throws -> NumberReader {
        let reader = NumberReader()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NumberHandler(reader, topic: topic))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        reader.state.withLock { $0.channel = channel }
        return reader
    }

    /// Stops to read from the socket, or goes on.
    func pause(_ isPaused: Bool) async throws {
        try await self.state.withLock { $0.channel }?.setOption(.autoRead, value: !isPaused).get()
    }

    func close() async {
        try? await self.state.withLock { $0.channel }?.close().get()
    }

    fileprivate func opened() { self.state.withLock { $0.isOpen = true } }

    fileprivate func note(_ block: StreamBlock) {
        self.state.withLock { state in
            guard let data = block.data else { return }
            let number = Int(String(decoding: data.readableBytesView.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
            if block.event != "message" || number != state.last + 1 {
                state.faults.append("\(block.event) \(number ?? -1) after \(state.last)")
            }
            state.last = number ?? state.last
            state.count += 1
        }
    }
}

private final class NumberHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reader: NumberReader
    private let topic: String
    private var blocks = StreamBlockReader()
    private var hasHead = false

    init(_ reader: NumberReader, topic: String) {
        self.reader = reader
        self.topic = topic
    }

    func channelActive(context: ChannelHandlerContext) {
        // HTTP/1.0, so that there are no chunks between the lines.
        let request = ByteBuffer(string: "GET /sse?topic=\(self.topic) HTTP/1.0\r\n\r\n")
        context.writeAndFlush(Self.wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        if !self.hasHead {
            // The hub sends head and first comment in one piece.
            let text = String(buffer: bytes)
            guard let end = text.range(of: "\r\n\r\n") else { return }
            bytes.moveReaderIndex(forwardBy: text.utf8.distance(from: text.startIndex, to: end.upperBound))
            self.hasHead = true
            self.reader.opened()
        }
        self.blocks.append(bytes)
        while let block = self.blocks.next() { self.reader.note(block) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
