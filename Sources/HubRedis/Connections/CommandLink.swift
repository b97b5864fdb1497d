import Logging
import NIOCore
import RedisWire

/// Keeps the connection for commands: connects, has it greeted, and begins again when it is lost. Confined to its loop.
final class CommandLink {
    private var greet: ((LoadedScripts) -> EventLoopFuture<Void>)?
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
    /// The number of the attempt that counts; an earlier one was given up.
    private var attempt = 0

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
        greet: @escaping (LoadedScripts) -> EventLoopFuture<Void>, onOpen: @escaping () -> Void,
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

    /// Gives up the connection or the attempt that there is, since another server is the one now.
    func redirect() {
        let greeting = self.greeting
        self.scripts?.connection.close()
        self.perform(self.link.redirected())
        greeting?.close()
    }

    private func perform(_ action: ReconnectingLink.Action, because error: (any Error)? = nil) {
        switch action {
        case .nothing, .close: break
        case .connect: self.connect()
        case .wait, .tellLossAndWait:
            self.scripts = nil
            self.greeting = nil
            if let error { self.onFailure?(error) }
            self.settings.eventLoop.assumeIsolated().scheduleTask(in: self.backoff.next()) {
                self.perform(self.link.elapsed())
            }
        }
    }

    private func connect() {
        let settings = self.settings
        self.attempt += 1
        let attempt = self.attempt
        self.endpoints.primary().assumeIsolated().flatMap { endpoint in
            self.endpoint = endpoint
            return RedisCommandConnection.connect(
                to: endpoint, on: settings.eventLoop, timeouts: settings.timeouts, logger: settings.logger)
        }.whenComplete { result in
            guard attempt == self.attempt else {
                if case .success(let connection) = result { connection.close() }
                return
            }
            switch result {
            case .failure(let error): self.perform(self.link.failed(), because: error)
            case .success(let connection): self.prepare(connection, attempt)
            }
        }
    }

    private func prepare(_ connection: RedisCommandConnection, _ attempt: Int) {
        self.greeting = connection
        LoadedScripts.load(into: connection).assumeIsolated().flatMap { scripts in
            let greeted = self.greet?(scripts) ?? scripts.connection.eventLoop.makeSucceededVoidFuture()
            return greeted.map { scripts }
        }.whenComplete { result in
            guard attempt == self.attempt else { return connection.close() }
            switch result {
            case .success(let scripts): self.open(scripts)
            case .failure(let error):
                connection.close()
                self.perform(self.link.failed(), because: error)
            }
        }
    }

    private func open(_ scripts: LoadedScripts) {
        self.greeting = nil
        guard self.link.connected() == .nothing else { return scripts.connection.close() }
        self.scripts = scripts
        self.backoff.reset()
        if let endpoint { self.endpoints.accepted(endpoint) }
        scripts.connection.closeFuture.assumeIsolated().whenComplete { result in
            let error = (try? result.get()) ?? RedisError.closed("the connection was closed")
            self.perform(self.link.closed(), because: error)
        }
        self.onOpen?()
    }
}
