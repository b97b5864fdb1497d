import NIOCore
import NIOHTTP1
import NIOPosix

/// Requests and answers on one plain connection, which hides nothing.
struct HTTPConversation {
    private var parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    private let host: String

    /// Connects, and closes the connection afterwards.
    static func with<Result: Sendable>(
        _ hub: HubProcess, _ body: (inout HTTPConversation) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(2))
            .connect(host: "127.0.0.1", port: hub.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var conversation = HTTPConversation(
                parts: inbound.makeAsyncIterator(), outbound: outbound, host: "127.0.0.1:\(hub.port)")
            return try await body(&conversation)
        }
    }

    /// Sends a request, once the answer before it has been read.
    /// - Returns: The head of the answer.
    mutating func get(_ target: String, _ fields: HTTPHeaders = [:]) async throws -> HTTPResponseHead {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: fields)
        head.headers.add(name: "Host", value: self.host)
        try await self.outbound.write(.head(head))
        try await self.outbound.write(.end(nil))
        guard case .head(let answer) = try await self.parts.next() else {
            try Task.checkCancellation()
            throw UnexpectedAnswer(description: "the connection has ended before an answer to \(target)")
        }
        return answer
    }

    /// The next bytes of the answer; `nil` at its end.
    mutating func nextBytes() async throws -> ByteBuffer? {
        guard case .body(let bytes) = try await self.parts.next() else { return nil }
        return bytes
    }

    /// The rest of the answer.
    mutating func body() async throws -> ByteBuffer {
        var body = ByteBuffer()
        while let bytes = try await self.nextBytes() { body.writeImmutableBuffer(bytes) }
        return body
    }
}
