import HTTPWire
import HubCore
import HubTransports
import Logging
import NIOCore
import NIOPosix
import TestSupport

@testable import HubServer

/// A real server on a port that the system chose, with the in-memory bus.
struct TestServer {
    let server: HubServer
    let hub: Hub
    let port: Int

    /// Runs a test against a server, and leaves nothing behind.
    static func run(
        loops: Int = 1, fanOut: FanOutConfiguration = FanOutConfiguration(), occupancy: OccupancyLedger? = nil,
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        bus makeBus: (any EventLoop) -> any EventBus = {
            MemoryBus(eventLoop: $0, replayCount: 1000, replayAge: .hours(1))
        },
        _ test: (TestServer) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let hub = Hub(
            bus: makeBus(group.next()), loops: Array(group.makeIterator()), configuration: fanOut,
            occupancy: occupancy, logger: Logger(label: "test"))
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.version = "1.2.3"
        configuration.limits.excessHeadTime = .milliseconds(Patience.milliseconds(5000))
        configure(&configuration)
        hub.start()
        let server = HubServer(
            configuration: configuration, hub: hub, group: group,
            streams: [
                "/sse": SSEEndpoint(), "/poll": PollEndpoint(),
                "/long-poll": LongPollEndpoint(),
                "/iframe": IFrameEndpoint(
                    heartbeat: .seconds(15), allows: configuration.pages.allowsFrame),
                "/ws": WebSocketEndpoint(configuration: configuration.webSocket),
            ])
        let result: Result<Void, any Error>
        do {
            let address = try await server.start()
            try await test(TestServer(server: server, hub: hub, port: address.port ?? 0))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await server.stop(grace: .milliseconds(200))
        try await hub.shutdown().get()
        try await group.shutdownGracefully()
        try result.get()
    }

    /// Connects a client, and closes it afterwards.
    func connect<Value>(
        wire: EncryptedWire? = nil, _ body: (RawClient) async throws -> Value
    ) async throws -> Value {
        let client = try await RawClient.connect(port: self.port, wire: wire)
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }

    /// Sends one request on a connection of its own.
    func request(
        _ method: String, _ target: String, headers: [String] = [], body: String? = nil, wire: EncryptedWire? = nil
    ) async throws -> RawAnswer {
        try await self.connect(wire: wire) { client in
            client.send(method, target, headers: headers, body: body)
            return try await client.readAnswer(isHead: method == "HEAD")
        }
    }
}
