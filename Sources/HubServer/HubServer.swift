import ByteStreams
import ByteStrings
import HTTPTypes
import HTTPWire
public import HubCore
import HubDoor
public import HubTransports
public import Logging
public import NIOCore
import Synchronization

/// The HTTP server of a hub: publishing, operating, and the paths where streams begin.
///
/// Call `start`, then, to end kindly, `drain` and `stop`. The hub itself is started and shut down by its owner.
public final class HubServer: Sendable {
    private let configuration: ServerConfiguration
    private let hub: Hub
    private let group: any EventLoopGroup
    private let main: ServedAddress
    private let operating: ServedAddress
    private let forwarded: ForwardedFor
    private let condition = ServerCondition()
    private let connections = ConnectionCounters()
    private let door: Door
    private let inquiry: MemberInquiry
    private let reporter: OccupancyReporter?
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var sockets: [ListeningSocket] = []
        var loops: [NIOLoopBound<ConnectionLoop>] = []
        var operatingAddress: SocketAddress?
    }

    /// What is served at one address, and for whom there is room.
    private struct ServedAddress {
        let router: Router
        let ledger: ConnectionLedger
        let log: ListeningLog
    }

    /// Makes a server.
    /// - Parameters:
    ///   - configuration: What the server is told.
    ///   - hub: The hub; its loops must be those of the group.
    ///   - group: The loops of the connections.
    ///   - streams: The subscribing paths, such as `/sse`, and what serves each.
    ///   - metrics: What `/metrics` tells in addition to what the server knows.
    ///   - logger: Is told of what strangers try, every 30 s at most.
    public init(
        configuration: ServerConfiguration, hub: Hub, group: any EventLoopGroup,
        streams: [String: any StreamEndpoint], metrics: [any MetricsSource] = [],
        logger: Logger = Logger(label: "hub") { _ in SwiftLogNoOpLogHandler() }
    ) {
        let openFiles = OpenFileLimit.current
        let loops = Array(group.makeIterator()).count
        let ledger = ConnectionLedger(configuration.caps(openFiles: openFiles, loops: loops))
        let operatingLedger = ConnectionLedger(configuration.operatingCaps)
        let gate = Gate(configuration.access, logger: logger)
        let door = Door(hub, access: configuration.access, maximumTopics: configuration.maximumTopicsPerStream)
        let counters = ServerCounters(connections: self.connections, gate: gate, publishing: door.counters)
        let ownMetrics = ServerMetrics(
            configuration, hub.bus, ledger, operating: operatingLedger, counters, self.condition)
        let sources = [ownMetrics, HubMetrics(hub: hub)] + metrics
        let inquiry = MemberInquiry(
            hub,
            MemberAnswerer(
                hub, member: configuration.member, version: configuration.version, loops: loops, self.condition,
                metrics: sources))
        let routes = RouteTable(
            configuration: configuration, hub: hub, door: door, streams: streams, condition: self.condition,
            counters: counters, metrics: sources, inquiry: inquiry)
        let forwarded = ForwardedFor(trusted: configuration.trustedProxies, field: configuration.forwardedField)
        let condition = self.condition
        let serve = { (routes: [Route], host: String, ledger: ConnectionLedger, setting: String, fields: HTTPFields) in
            let log = ListeningLog(logger, setting: setting)
            let router = Router(
                routes: routes, limits: configuration.limits, budget: configuration.budget,
                fields: fields, cors: configuration.cors(host: host), gate: gate,
                tokenCookie: configuration.tokenCookie, hookFields: configuration.hookFields,
                forwarded: forwarded, ledger: ledger, condition: condition, counters: counters, door: door,
                incidents: hub.incidents, log: log, accessLog: configuration.accessLog)
            return ServedAddress(router: router, ledger: ledger, log: log)
        }
        self.main = serve(
            routes.main, configuration.host, ledger, "--max-connections", configuration.strictTransportFields)
        self.operating = serve(
            routes.operating, configuration.operating?.host ?? configuration.host, operatingLedger, "--operating-port",
            [:])
        self.door = door
        self.inquiry = inquiry
        self.reporter = configuration.eventHook.flatMap { hook in
            hub.occupancy.map {
                OccupancyReporter($0, hook, grace: configuration.vacancyGrace, on: hub.bus.eventLoop)
            }
        }
        self.logger = logger
        self.configuration = configuration
        self.hub = hub
        self.group = group
        self.forwarded = forwarded
    }

    /// The address where the operating paths are served, once the server has started; `nil` if it is the same one.
    public var operatingAddress: SocketAddress? { self.state.withLock { $0.operatingAddress } }

    /// What is listened on.
    var sockets: [ListeningSocket] { self.state.withLock { $0.sockets } }

    /// The most connections that are served, as far as there are open files for them.
    public var maximumConnections: Int { self.main.ledger.caps.ordinary }

    /// What the clients of this server take from.
    var budget: ByteBudget { self.configuration.budget }

    /// Begins to listen.
    /// - Returns: The address, with the port that the system chose if the configuration says 0.
    /// - Throws: `ListeningError` if an address can't be listened on.
    public func start() async throws -> SocketAddress {
        self.door.open(logger: self.logger)
        self.inquiry.start()
        self.reporter?.start()
        if let operating = self.configuration.operating {
            let address = try await self.listen(self.operating, operating.host, operating.port, isOperating: true)
            self.state.withLock { $0.operatingAddress = address }
        }
        return try await self.listen(self.main, self.configuration.host, self.configuration.port, isOperating: false)
    }

    private func listen(
        _ served: ServedAddress, _ host: String, _ port: Int, isOperating: Bool
    ) async throws -> SocketAddress {
        let loops = try await self.makeLoops(served.ledger.caps)
        let listener = Listener(
            configuration: isOperating ? self.configuration.listener : self.configuration.encryptedListener,
            handler: served.router, ledger: served.ledger,
            forwarded: self.forwarded,
            counters: self.connections, loops: loops, log: served.log)
        let socket = ListeningSocket(listener, group: self.group, log: served.log)
        self.state.withLock { state in
            state.sockets.append(socket)
            state.loops += loops
        }
        do {
            return try await socket.open(host: host, port: port).get()
        } catch {
            throw ListeningError(isOperating: isOperating, host: host, port: port, reason: error)
        }
    }

    /// Each address has loops of its own, so that what its connections do is not felt at the other.
    private func makeLoops(_ caps: ConnectionLedger.Caps) async throws -> [NIOLoopBound<ConnectionLoop>] {
        var loops: [NIOLoopBound<ConnectionLoop>] = []
        let eventLoops = Array(self.group.makeIterator())
        let maximumLingering = max(1, caps.lingering / eventLoops.count)
        for eventLoop in eventLoops {
            let loop = eventLoop.submit {
                let loop = ConnectionLoop(
                    eventLoop: eventLoop, maximumLingering: maximumLingering,
                    wallClock: { WallClock.milliseconds })
                loop.start()
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }
            loops.append(try await loop.get())
        }
        return loops
    }

    /// Ends all streams over a while, and lets readiness fail. Other requests are still served: those who watch see
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

    /// Ends listening, and waits for the requests that are still being served, and for their answers to be read.
    /// - Parameter grace: How long to wait for them.
    public func stop(grace: TimeAmount = .seconds(5)) async {
        self.condition.drain()
        self.door.close()
        for socket in self.sockets { await socket.close() }
        self.closeConnectionsSoon()
        let deadline = NIODeadline.now() + grace
        while self.main.ledger.isInUse || self.operating.ledger.isInUse, NIODeadline.now() < deadline {
            try? await Task.sleep(nanoseconds: 10_000_000)
        }
        for loop in self.state.withLock({ $0.loops }) { loop.eventLoop.execute { loop.value.stop() } }
        await self.reporter?.stop()
    }

    private func closeConnectionsSoon() {
        for loop in self.state.withLock({ $0.loops }) {
            loop.eventLoop.execute { loop.value.closeConnectionsSoon() }
        }
    }
}
