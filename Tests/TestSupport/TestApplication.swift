import NIOCore
public import NIOHTTP1
import NIOPosix
import Synchronization

/// An application that hubs ask, on a port that the system chose.
public final class TestApplication: Sendable {
    /// What it is asked.
    public struct Request: Sendable {
        public var uri = ""
        public var headers = HTTPHeaders()
        public var body = ""
    }

    /// What it answers.
    public struct Answer: Sendable {
        public var status: HTTPResponseStatus
        public var headers: HTTPHeaders
        public var body: String
        /// Whether it comes only when it is released.
        public var isHeld: Bool

        public init(
            status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], body: String = "", isHeld: Bool = false
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            self.isHeld = isHeld
        }
    }

    private struct State {
        var requests: [Request] = []
        var answer: @Sendable (Request) -> Answer
        var held: [Handler.Responder] = []
    }

    private let state: Mutex<State>
    private let channel = Mutex<(any Channel)?>(nil)

    private init(_ answer: @escaping @Sendable (Request) -> Answer) {
        self.state = Mutex(State(answer: answer))
    }

    /// What it was asked so far.
    public var requests: [Request] { self.state.withLock { $0.requests } }

    /// Where it is.
    public var url: String { "http://127.0.0.1:\(self.channel.withLock { $0?.localAddress?.port } ?? 0)/hook" }

    /// Gives the answers that are held.
    public func release() {
        for respond in self.state.withLock({ state in
            defer { state.held = [] }
            return state.held
        }) { respond() }
    }

    /// Runs a test beside an application.
    public static func run(
        _ answer: @escaping @Sendable (Request) -> Answer, _ test: (TestApplication) async throws -> Void
    ) async throws {
        let application = TestApplication(answer)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(application))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        application.channel.withLock { $0 = server }
        let result: Result<Void, any Error>
        do { result = .success(try await test(application)) } catch { result = .failure(error) }
        application.release()
        try await server.close()
        try result.get()
    }

    fileprivate func take(_ request: Request, _ respond: @escaping @Sendable (Answer) -> Void) {
        let answer = self.state.withLock { state in
            state.requests.append(request)
            return state.answer(request)
        }
        guard answer.isHeld else { return respond(answer) }
        self.state.withLock { $0.held.append { respond(answer) } }
    }
}

private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    typealias Responder = @Sendable () -> Void

    private let application: TestApplication
    private var request = TestApplication.Request()

    init(_ application: TestApplication) { self.application = application }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.request = .init(uri: head.uri, headers: head.headers)
        case .body(let buffer): self.request.body += String(buffer: buffer)
        case .end:
            let channel = context.channel
            self.application.take(self.request) { answer in
                var headers = answer.headers
                headers.add(name: "content-length", value: "\(answer.body.utf8.count)")
                let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
                channel.write(HTTPServerResponsePart.head(head), promise: nil)
                channel.write(
                    HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: answer.body))), promise: nil)
                channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
            }
        }
    }
}
