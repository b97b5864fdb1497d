import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server that answers each request with the next of its given answers: for what a real hub can't be made to do.
final class ScriptedServer: Sendable {
    /// What was asked.
    struct Request: Sendable {
        let method: String
        let uri: String
        let headers: HTTPHeaders
        let body: String
    }

    /// What to answer: raw bytes of HTTP, after which the connection is closed.
    struct Answer: Sendable {
        var bytes: String

        static func raw(_ bytes: String) -> Answer { Answer(bytes: bytes) }

        static func status(_ status: String, _ headers: [String] = [], body: String = "") -> Answer {
            let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
            return Answer(bytes: head.joined(separator: "\r\n") + "\r\n\r\n" + body)
        }

        static func problem(_ status: String, detail: String, _ headers: [String] = []) -> Answer {
            Self.status(
                status, headers + ["Content-Type: application/problem+json"],
                body: #"{"title":"T","status":0,"detail":"\#(detail)"}"#)
        }

        /// A stream whose end is the connection's.
        static func stream(_ body: String) -> Answer {
            let head = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Hub-Replay: complete"]
            return Answer(bytes: (head + ["Connection: close", "", body]).joined(separator: "\r\n"))
        }
    }

    let url: String
    private let channel: any Channel
    private let script: Script

    init(_ answers: [Answer]) async throws {
        let script = Script(answers)
        self.channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let decoder = ByteToMessageHandler(HTTPRequestDecoder())
                    try channel.pipeline.syncOperations.addHandlers([decoder, Handler(script)])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.script = script
        self.url = "http://127.0.0.1:\(self.channel.localAddress!.port!)"
    }

    var requests: [Request] { self.script.requests }

    func stop() async throws { try await self.channel.close().get() }

    private final class Script: Sendable {
        private let state: Mutex<(answers: [Answer], requests: [Request])>

        init(_ answers: [Answer]) { self.state = Mutex((answers, [])) }

        var requests: [Request] { self.state.withLock { $0.requests } }

        func answer(_ request: Request) -> Answer {
            self.state.withLock {
                $0.requests.append(request)
                return $0.answers.isEmpty
                    ? .problem("410 Gone", detail: "the script is over") : $0.answers.removeFirst()
            }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private var head: HTTPRequestHead?
        private var body = ""

        init(_ script: Script) { self.script = script }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let bytes): self.body += String(buffer: bytes)
            case .end:
                guard let head = self.head else { return }
                let answer = self.script.answer(
                    Request(method: head.method.rawValue, uri: head.uri, headers: head.headers, body: self.body))
                context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: answer.bytes)), promise: nil)
                context.close(promise: nil)
            }
        }
    }
}
