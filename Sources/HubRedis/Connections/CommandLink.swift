import Logging
import NIOCore
import RedisWire

/// Keeps the connection for commands: connects, has it greeted, and begins again when it is lost. Confined to its loop.
final class CommandLink {
    private var greet: ((RedisCommandConnection) -> EventLoopFuture<LoadedScripts>)?
    private var onOpen: (() -> Void)?
    private var onFailure: ((any Error) -> Void)?

    /// The connection with its scripts; `nil` while there is none.
    private(set) var scripts: LoadedScripts?

    /// Where it leads to, or is about to.
    private(set) var endpoint: RedisEndpoint?

    private let settings: RedisBusSettings
    private let endpoints: any EndpointSource
    private var link = ReconnectingLink()
    private var backoff = RedisBackoff(maximum: .milliseconds(500))
    private var greeting: RedisCommandConnection?
    /// Which attempt counts.
    private var attempt = 0
    /// Whether another server is about to be connected to, which is no failure: who calls meanwhile can wait for it.
    private(set) var isMoving = false

    init(_ settings: RedisBusSettings, _ endpoints: any EndpointSource) {
        self.settings = settings
        self.endpoints = endpoints
    }

    /// Says who attends to the connection.
    /// - Parameters:
    ///   - greet: Prepares a new connection; until it has succeeded nobody else gets to use it.
    ///   - onOpen: The connection can be used.
    ///   - onFailure: The connection could not be made, or was lost, for this reason.
    func attend(
        greet: @escaping (RedisCommandConnection) -> EventLoopFuture<LoadedScripts>, onOpen: @escaping () -> Void,
        onFailure: @escaping (any Error) -> Void
    ) {
        self.greet = greet
        self.onOpen = onOpen
        self.onFailure = onFailure
    }

    func start() {
        self.perform(self.link.start())
    }

    func stop() {
        self.link.stop()
        self.greeting?.close()
        self.scripts?.connection.close()
        self.scripts = nil
        self.greet = nil
        self.onOpen = nil
        self.onFailure = nil
    }

    /// Gives up a connection that leads to a server which can't be used, and does not wait any longer to try again.
    func drop() {
        self.scripts?.connection.close()
        self.perform(self.link.elapsed())
    }

    /// Another server is the one now: gives up the connection that there is, and the attempt that is under way.
    func redirect() {
        self.scripts?.connection.close()
        self.greeting?.close()
        self.perform(self.link.redirected())
    }

    /// Leaves a server that says that another one is in charge. What it was asked before, it answers still.
    /// - Parameters:
    ///   - scripts: The connection on which it says so; if it is another one by now, nothing is done.
    ///   - message: Its error reply.
    func move(from scripts: LoadedScripts, _ message: String) {
        guard let endpoint else { return }
        let isGreeting = self.greeting === scripts.connection
        guard isGreeting || self.scripts?.connection === scripts.connection else { return }
        self.endpoints.redirected(message, by: endpoint)
        guard !isGreeting else { return }
        self.isMoving = true
        self.settings.eventLoop.scheduleTask(in: self.settings.timeouts.command) { scripts.connection.close() }
        self.perform(self.link.closed())
        self.perform(self.link.elapsed())
    }

    /// The server refuses work: another one may be in charge.
    func doubt() {
        self.endpoints.doubt()
    }

    /// Whether servers are to be nodes of a Redis Cluster.
    var isCluster: Bool { self.endpoints.isCluster }

    private func perform(_ action: ReconnectingLink.Action, because error: (any Error)? = nil) {
        switch action {
        case .nothing, .close: break
        case .connect: self.connect()
        case .wait, .tellLossAndWait:
            self.scripts = nil
            self.greeting = nil
            if let error { self.fail(error) }
            self.settings.eventLoop.assumeIsolated().scheduleTask(in: self.backoff.next()) {
                self.perform(self.link.elapsed())
            }
        }
    }

    private func fail(_ error: any Error) {
        self.isMoving = false
        self.onFailure?(error)
    }

    private func connect() {
        let settings = self.settings
        self.attempt += 1
        let attempt = self.attempt
        self.endpoints.primary().assumeIsolated().flatMap { endpoint in
            if attempt == self.attempt { self.endpoint = endpoint }
            return RedisCommandConnection.connect(
                to: endpoint, on: settings.eventLoop, timeouts: settings.timeouts, logger: settings.logger)
        }.whenComplete { result in
            switch result {
            case .failure(let error): self.failed(attempt, error)
            case .success(let connection): self.prepare(connection, attempt)
            }
        }
    }

    private func failed(_ attempt: Int, _ error: any Error) {
        guard attempt == self.attempt else { return }
        self.perform(self.link.failed(), because: error)
    }

    private func prepare(_ connection: RedisCommandConnection, _ attempt: Int) {
        guard attempt == self.attempt, let greet else { return connection.close() }
        self.greeting = connection
        greet(connection).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let scripts) where attempt == self.attempt: self.open(scripts)
            case .success: connection.close()
            case .failure(let error):
                connection.close()
                self.failed(attempt, error)
            }
        }
    }

    private func open(_ scripts: LoadedScripts) {
        self.greeting = nil
        guard self.link.connected() == .nothing else { return scripts.connection.close() }
        self.scripts = scripts
        self.isMoving = false
        self.backoff.reset()
        if let endpoint { self.endpoints.accepted(endpoint) }
        scripts.connection.closeFuture.assumeIsolated().whenComplete { result in
            guard self.scripts?.connection === scripts.connection else { return }
            let error = (try? result.get()) ?? RedisError.closed("the connection was closed")
            self.perform(self.link.closed(), because: error)
        }
        self.onOpen?()
    }
}
