import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// `/ws`, read message by message.
struct WebSocketTransport: Transport {
    private typealias Frames = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    var name: String { "ws" }

    func stream(
        _ plan: StreamPlan, from hub: HubProcess, _ note: @Sendable (StreamSignal) throws -> Void
    ) async throws {
        let upgrade = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(2))
            .connect(host: "127.0.0.1", port: hub.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.upgrade(channel, "/ws?\(plan.query)", host: "127.0.0.1:\(hub.port)")
                }
            }
        guard let frames = try await upgrade.get() else {
            try Task.checkCancellation()
            throw UnexpectedAnswer(description: "/ws does not upgrade")
        }
        try await frames.executeThenClose { inbound, outbound in
            for try await frame in inbound {
                switch frame.opcode {
                case .text: try self.read(Data(frame.data.readableBytesView), note)
                case .ping:
                    try await outbound.write(
                        WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.data))
                case .connectionClose: return
                default: throw UnexpectedAnswer(description: "/ws sends a frame of the kind \(frame.opcode)")
                }
            }
        }
    }

    private static func upgrade(
        _ channel: any Channel, _ target: String, host: String
    ) throws -> EventLoopFuture<Frames?> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Frames?>(maxFrameSize: 1 << 24) { channel, _ in
            channel.eventLoop.makeCompletedFuture { try Frames(wrappingChannelSynchronously: channel) }
        }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: ["Host": host])
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<Frames?>(
            upgradeRequestHead: head, upgraders: [upgrader]
        ) { $0.eventLoop.makeSucceededFuture(nil) }
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        // The hub's first message comes together with the head of its answer.
        pipeline.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: pipeline)
    }

    private func read(_ text: Data, _ note: (StreamSignal) throws -> Void) throws {
        let message = try JSONDecoder().decode(Message.self, from: text)
        switch message.type {
        case "hello": try note(.began)
        case "event": try note(.event(try JSONDecoder().decode(StreamedEvent.self, from: text)))
        case "reset": try note(.reset(try JSONDecoder().decode(StreamedReset.self, from: text)))
        case "close": try note(.closed(reason: message.reason ?? ""))
        default: throw UnexpectedAnswer(description: "/ws has a message of the type '\(message.type)'")
        }
        if let cursor = message.cursor { try note(.cursor(cursor)) }
    }

    private struct Message: Decodable {
        let type: String
        let cursor: String?
        let reason: String?
    }
}
