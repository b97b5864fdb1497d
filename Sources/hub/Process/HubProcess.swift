import ByteStreams
import HTTPWire
import HubCore
import HubHooks
import HubRedis
import HubServer
import HubTokens
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
    private let unknownVariables: UnknownVariables
    private let logger: Logger

    init(_ settings: HubSettings, unknownVariables: UnknownVariables) {
        self.settings = settings
        self.unknownVariables = unknownVariables
        LogWriter.standardError.format = settings.logFormat
        self.logger = Logger(label: "hub") { LineLogHandler(label: $0, level: settings.logLevel) }
    }

    /// Runs until a signal ends it.
    /// - Throws: `InvalidSetting` or `CannotListen` if it can't begin.
    func run() async throws {
        let caller = HookCaller(timeout: self.settings.hooks.timeout, secret: self.settings.hooks.secret)
        do {
            try await self.run(asking: caller)
        } catch {
            await caller.shutdown()
            throw error
        }
        await caller.shutdown()
        self.logger.notice("ended")
        LogWriter.standardError.flush()
    }

    private func run(asking caller: HookCaller) async throws {
        for name in self.unknownVariables.names {
            self.logger.warning(
                "a variable of the environment is not a setting; hub --help lists them",
                metadata: ["variable": "\(name)"])
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: self.settings.loops)
        let keys = KeyRing(self.settings, on: group.next())
        try await keys.reload()
        let keySets = try await self.keySets(keys)
        let tls = try TLSService(self.settings, logger: self.logger)
        // Whoever sees the hub listen may signal it at once.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let bus = try self.makeBus(on: group.next())
        let hub = Hub(
            bus: bus, loops: Array(group.makeIterator()),
            configuration: self.settings.fanOut,
            occupancy: self.settings.hooks.onEvent.map { _ in OccupancyLedger() }, logger: self.logger)
        var configuration = self.settings.server
        configuration.access = keys.access(hooks: self.settings.hooks.hooks(caller, logger: self.logger))
        configuration.eventHook = self.settings.hooks.eventHook(
            caller, member: configuration.member, logger: self.logger)
        configuration.tls = tls?.credentials
        if self.settings.logsRequests {
            configuration.accessLog = Logger(label: "access") { LineLogHandler(label: $0, level: .info) }
        }
        configuration.budget = ByteBudget(limit: configuration.budget.limit, logger: self.logger)
        let server = HubServer(
            configuration: configuration, hub: hub, group: group, streams: self.streams(of: hub, configuration),
            metrics: [LogWriter.standardError] + ((bus as? RedisBus).map { [RedisBusMetrics(bus: $0)] } ?? []),
            logger: self.logger)
        let supervisor = SupervisorSocket()
        let service = HubService(
            hub: hub, server: server, settings: self.settings, tls: tls?.credentials, supervisor: supervisor,
            logger: self.logger)
        try await service.start()
        let watchdog = supervisor.flatMap { Watchdog($0) }?.start(on: group)
        // The first to be asked to end is the last of them: the clock ticks while streams are drained.
        let clocks: [any Service] = configuration.isDemo ? [try DemoClock(hub: hub)] : []
        let services = ServiceGroup(
            services: clocks + keySets + [tls].compactMap(\.self) + [service], logger: self.logger)
        let reactions = SignalHandling(signals: signals, services: services, keys: keys, tls: tls, logger: self.logger)
        let handling = Task { await reactions.run() }
        try await services.run()
        handling.cancel()
        if let watchdog { await Self.end(watchdog, on: group.next()) }
        // Whoever waits for an application is told on loops that are there yet.
        await caller.shutdown()
        try await group.shutdownGracefully()
    }

    private func keySets(_ keys: KeyRing) async throws(InvalidSetting) -> [any Service] {
        guard let source = self.settings.tokenKeySet, let keyring = keys.tokenKeys else { return [] }
        return [try await TokenKeyService(TokenKeySource(source), keyring, logger: self.logger)]
    }

    private static func end(_ task: RepeatedTask, on loop: any EventLoop) async {
        let ended = loop.makePromise(of: Void.self)
        task.cancel(promise: ended)
        try? await ended.futureResult.get()
    }

    private func streams(of hub: Hub, _ server: ServerConfiguration) -> [String: any StreamEndpoint] {
        [
            "/sse": SSEEndpoint(),
            "/ws": WebSocketEndpoint(configuration: server.webSocket),
            "/poll": PollEndpoint(),
            "/long-poll": LongPollEndpoint(),
            "/iframe": IFrameEndpoint(
                heartbeat: self.settings.fanOut.heartbeat, allows: server.pages.allowsFrame),
        ]
    }

    private func makeBus(on loop: any EventLoop) throws -> any EventBus {
        guard self.settings.bus != "memory" else {
            return MemoryBus(
                eventLoop: loop, replayCount: self.settings.replayCount, replayAge: self.settings.replayAge)
        }
        return RedisBus(
            location: try RedisLocation(self.settings.bus), prefix: self.settings.redisPrefix,
            replayCount: self.settings.replayCount, replayAge: self.settings.replayAge,
            maximumEventBytes: self.settings.server.limits.bodyBytes,
            confirmingReplicas: self.settings.confirmingReplicas, eventLoop: loop, logger: self.logger)
    }
}
