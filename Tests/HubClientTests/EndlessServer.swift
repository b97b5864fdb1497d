import NIOCore
import NIOPosix

/// A server that says one thing, and then another one over and over again, for as long as somebody listens.
final class EndlessServer: Sendable {
    let url: String
    private let channel: any Channel

    /// - Parameters:
    ///   - beginning: What it answers as soon as anything is asked.
    ///   - rest: What it says then.
    ///   - pause: How long it waits between two times.
    init(_ beginning: String, then rest: String, every pause: TimeAmount = .zero) async throws {
        self.channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(beginning, rest, pause))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.url = "http://127.0.0.1:\(self.channel.localAddress!.port!)"
    }

    func stop() async throws { try await self.channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let beginning: ByteBuffer
        private let rest: ByteBuffer
        private let pause: TimeAmount
        private var hasBegun = false

        init(_ beginning: String, _ rest: String, _ pause: TimeAmount) {
            self.beginning = ByteBuffer(string: beginning)
            self.rest = ByteBuffer(string: rest)
            self.pause = pause
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !self.hasBegun else { return }
            self.hasBegun = true
            context.writeAndFlush(self.wrapOutboundOut(self.beginning), promise: nil)
            self.goOn(context)
        }

        private func goOn(_ context: ChannelHandlerContext) {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess {
                context.eventLoop.assumeIsolated().scheduleTask(in: self.pause) { self.goOn(context) }
            }
            context.writeAndFlush(self.wrapOutboundOut(self.rest), promise: promise)
        }
    }
}
