import AsyncHTTPClient
import HubCore
public import NIOCore
import NIOHTTP1

/// Sends requests to an application.
public final class HookCaller: Sendable {
    /// What is read of an answer at most.
    private static let maximumAnswerBytes = 64 << 10

    private let client: HTTPClient
    private let timeout: TimeAmount
    private let secret: HookSecret?

    /// Makes a caller. It must be shut down.
    /// - Parameters:
    ///   - timeout: How long an application may take.
    ///   - secret: What requests are signed with; `nil` if they are not.
    public init(timeout: TimeAmount, secret: HookSecret?) {
        var configuration = HTTPClient.Configuration()
        // Where the answer comes from is what the operator said, and nowhere else.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = timeout
        // An application that is not there is told at once, and its places are free for others.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeout = timeout
        self.secret = secret
    }

    /// A loop for what is known at once.
    var loop: any EventLoop { self.client.eventLoopGroup.any() }

    /// A name for a request.
    static func newID() -> String {
        "msg_" + (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    }

    /// Sends JSON.
    /// - Parameters:
    ///   - body: The JSON.
    ///   - url: Where to.
    ///   - fields: What the request carries besides.
    ///   - id: What names it; the same when it is sent again.
    /// - Returns: What was answered; or a `HookFault`.
    func send(
        _ body: [UInt8], to url: HookURL, _ fields: [(name: String, value: String)], id: String
    ) -> EventLoopFuture<HTTPClient.Response> {
        do {
            let time = Int(WallClock.milliseconds / 1000)
            var headers = HTTPHeaders(fields.map { ($0.name, $0.value) })
            headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            headers.replaceOrAdd(name: "Accept", value: "application/json")
            headers.replaceOrAdd(name: "Accept-Encoding", value: "identity")
            headers.add(name: "webhook-id", value: id)
            headers.add(name: "webhook-timestamp", value: "\(time)")
            if let secret {
                headers.add(name: "webhook-signature", value: secret.signature(of: body, id: id, time: time))
            }
            let request = try HTTPClient.Request(url: url.text, method: .POST, headers: headers, body: .bytes(body))
            let answer = ResponseAccumulator(request: request, maxBodySize: Self.maximumAnswerBytes)
            return self.client.execute(request: request, delegate: answer, deadline: .now() + self.timeout).futureResult
                .flatMapErrorThrowing { throw HookFault.unreachable(Self.text($0)) }
        } catch {
            return self.loop.makeFailedFuture(HookFault.unreachable("\(error)"))
        }
    }

    private static func text(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout:
            "it took too long"
        case is ResponseAccumulator.ResponseTooBigError: "its answer has more than \(Self.maximumAnswerBytes >> 10) KiB"
        default: "it can't be reached: \(error)"
        }
    }

    /// Lets go of its connections.
    public func shutdown() async { try? await self.client.shutdown() }
}
