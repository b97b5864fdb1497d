public import HubCore
public import HubTransports
public import NIOCore
import NIOHTTP1
import Synchronization

/// The HTTP server of a hub: publishing, operating, and the paths where streams begin.
///
/// Call `start`, then, to end kindly, `drain` and `stop`. The hub itself is started and shut down by its owner.
public final class HubServer: Sendable {
    private let configuration: ServerConfiguration
    private let hub: Hub
    private let group: any EventLoopGroup
    private let router: Router
    private let ledger: ConnectionLedger
    private let forwarded: ForwardedFor
    private let condition = ServerCondition()
    private let connections = ConnectionCounters()
    private let state = Mutex(State())

    private struct State {
        var channel: (any Channel)?
        var loops: [NIOLoopBound<ServerLoop>] = []
    }

    /// Makes a server.
    /// - Parameters:
    ///   - configuration: What the server is told.
    ///   - hub: The hub; its loops must be those of the group.
    ///   - group: The loops of the connections.
    ///   - streams: The subscribing paths, such as `/sse`, and what answers each.
    ///   - metrics: What `/metrics` tells in addition to what the server knows.
    public init(
        configuration: ServerConfiguration, hub: Hub, group: any EventLoopGroup,
        streams: [String: any StreamEndpoint], metrics: [any MetricsSource] = []
    ) {
        let ledger = ConnectionLedger(
            maximum: configuration.maximumConnections,
            maximumPerAddress: configuration.maximumConnectionsPerAddress)
        let forwarded = ForwardedFor(trusted: configuration.trustedProxies)
        let counters = ServerCounters(connections: self.connections)
        let routes = RouteTable(
            configuration: configuration, hub: hub, streams: streams, condition: self.condition, counters: counters,
            metrics: [ServerMetrics(configuration, hub.bus, ledger, counters, self.condition), HubMetrics(hub: hub)]
                + metrics)
        let isGuarded = configuration.keys.isEmpty && Loopback.contains(configuration.host)
        self.configuration = configuration
        self.hub = hub
        self.group = group
        self.ledger = ledger
        self.forwarded = forwarded
        self.router = Router(
            routes: routes.routes, limits: configuration.limits,
            cors: isGuarded ? configuration.cors.guardingLoopback : configuration.cors,
            keys: configuration.keys,
            forwarded: forwarded, ledger: ledger, condition: self.condition, counters: counters.requests)
    }

    /// Begins to listen.
    /// - Returns: The address, with the port that the system chose if the configuration says 0.
    /// - Throws: If the address can't be listened on.
    public func start() async throws -> SocketAddress {
        var loops: [NIOLoopBound<ServerLoop>] = []
        for eventLoop in self.group.makeIterator() {
            let loop = eventLoop.submit {
                let loop = ServerLoop(eventLoop: eventLoop)
                loop.start()
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }
            loops.append(try await loop.get())
        }
        let listener = Listener(
            configuration: self.configuration, router: self.router, ledger: self.ledger, forwarded: self.forwarded,
            counters: self.connections, loops: loops)
        let channel = try await listener.bind(group: self.group).get()
        self.state.withLock { $0 = State(channel: channel, loops: loops) }
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        return address
    }

    /// Ends all streams over a while, and lets readiness fail. Other requests are still answered: those who watch see
    /// the failing readiness, and publishers come until their load balancer has seen it too.
    /// - Parameter window: How long the streams are given.
    public func drain(over window: TimeAmount) async {
        self.condition.drain()
        self.closeConnectionsSoon()
        // A client that takes nothing can't be told; the others do not wait for it.
        let deadline = self.hub.bus.eventLoop.scheduleTask(in: window + .seconds(2)) {}
        self.hub.drain(over: window).whenComplete { _ in deadline.cancel() }
        try? await deadline.futureResult.get()
    }

    /// Ends listening, and waits for the requests that are still being served.
    /// - Parameter grace: How long to wait for them.
    public func stop(grace: TimeAmount = .seconds(5)) async {
        self.condition.drain()
        if let channel = self.state.withLock({ $0.channel }) { try? await channel.close().get() }
        self.closeConnectionsSoon()
        let deadline = NIODeadline.now() + grace
        while self.ledger.total > 0, NIODeadline.now() < deadline {
            try? await Task.sleep(nanoseconds: 10_000_000)
        }
        for loop in self.state.withLock({ $0.loops }) { loop.eventLoop.execute { loop.value.stop() } }
    }

    private func closeConnectionsSoon() {
        for loop in self.state.withLock({ $0.loops }) {
            loop.eventLoop.execute { loop.value.closeConnectionsSoon() }
        }
    }
}
