import Foundation
import NIOCore
import NIOPosix

/// A server that says what it is told to, whatever it is asked; only words that it is asked to echo it echoes, each after what
/// it says next.
final class FakeServer: Sendable {
    /// What it answers to the handshake of an endpoint without a password and a database.
    static let handshake = "+PONG\r\n+OK\r\n"

    /// Its TCP port.
    let port: Int
    private let listener: any Channel

    /// - Parameter answers: The first is sent when something first arrives on a connection, and so on; then silence.
    ///   `nil` closes the connection.
    init(answers: [String?]) async throws {
        self.listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(answers: answers[...]))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.port = self.listener.localAddress?.port ?? 0
    }

    deinit {
        self.listener.close(promise: nil)
    }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var answers: ArraySlice<String?>

    init(answers: ArraySlice<String?>) {
        self.answers = answers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let answer = self.answers.popFirst() else { return }
        guard let answer else { return context.close(promise: nil) }
        let asked = String(decoding: self.unwrapInboundIn(data).readableBytesView, as: UTF8.self)
        let words = asked.components(separatedBy: "ECHO\r\n").dropFirst().map { text in
            text.components(separatedBy: "\r\n").prefix(2).joined(separator: "\r\n") + "\r\n"
        }
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: answer + words.joined())), promise: nil)
    }
}
