import HubCore
import HubRedis
import HubServer
import HubTransports
import Logging
import NIOCore
import NIOPosix
import RedisWire
import ServiceLifecycle
import UnixSignals

/// The whole hub: its loops, its bus, its server, and the signals that end it.
struct HubProcess {
    /// The address is not free, or not this machine's.
    struct CannotListen: Error {
        let description: String
    }

    private let settings: HubSettings
    private let logger: Logger

    init(_ settings: HubSettings) {
        self.settings = settings
        self.logger = Logger(label: "hub") { _ in LineLogHandler(level: settings.logLevel) }
    }

    /// Runs until a signal ends it.
    /// - Throws: `InvalidSetting` or `CannotListen` if it can't begin.
    func run() async throws {
        let keys = KeyRing(self.settings)
        try keys.reload()
        // Whoever sees the hub listen may signal it at once.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: self.settings.loops)
        let bus = try self.makeBus(on: group.next())
        let hub = Hub(
            bus: bus, loops: Array(group.makeIterator()),
            configuration: self.settings.fanOut, logger: self.logger)
        var configuration = self.settings.server
        configuration.keys = keys.keys
        configuration.budget = ByteBudget(limit: configuration.budget.limit, logger: self.logger)
        let server = HubServer(
            configuration: configuration, hub: hub, group: group, streams: self.streams(of: hub, configuration),
            metrics: [LogWriter.standardError] + ((bus as? RedisBus).map { [RedisBusMetrics(bus: $0)] } ?? []),
            logger: self.logger)
        let supervisor = SupervisorSocket()
        let service = HubService(
            hub: hub, server: server, settings: self.settings, supervisor: supervisor, logger: self.logger)
        try await service.start()
        let watchdog = supervisor.flatMap { Watchdog($0) }?.start(on: group)
        // The first to be asked to end is the last of them: the clock ticks while streams are drained.
        let clocks = configuration.isDemo ? [try DemoClock(bus: hub.bus)] : []
        let services = ServiceGroup(services: clocks + [service], logger: self.logger)
        let reactions = SignalHandling(signals: signals, services: services, keys: keys, logger: self.logger)
        let handling = Task { await reactions.run() }
        try await services.run()
        handling.cancel()
        if let watchdog { await Self.end(watchdog, on: group.next()) }
        try await group.shutdownGracefully()
        self.logger.notice("ended")
        LogWriter.standardError.flush()
    }

    private static func end(_ task: RepeatedTask, on loop: any EventLoop) async {
        let ended = loop.makePromise(of: Void.self)
        task.cancel(promise: ended)
        try? await ended.futureResult.get()
    }

    private func streams(of hub: Hub, _ server: ServerConfiguration) -> [String: any StreamEndpoint] {
        [
            "/sse": SSEEndpoint(hub: hub),
            "/ws": WebSocketEndpoint(hub: hub, configuration: server.webSocket),
            "/poll": PollEndpoint(hub: hub),
            "/long-poll": LongPollEndpoint(hub: hub),
            "/iframe": IFrameEndpoint(
                hub: hub, heartbeat: self.settings.fanOut.heartbeat, allows: server.pages.allowsFrame),
        ]
    }

    private func makeBus(on loop: any EventLoop) throws -> any EventBus {
        guard self.settings.bus != "memory" else {
            return MemoryBus(
                eventLoop: loop, replayCount: self.settings.replayCount, replayAge: self.settings.replayAge)
        }
        return RedisBus(
            endpoint: try RedisEndpoint(self.settings.bus), prefix: self.settings.redisPrefix,
            replayCount: self.settings.replayCount, replayAge: self.settings.replayAge,
            maximumEventBytes: self.settings.server.limits.bodyBytes, eventLoop: loop, logger: self.logger)
    }
}
