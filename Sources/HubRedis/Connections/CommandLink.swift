import Logging
import NIOCore
import RedisWire

/// Keeps the connection for commands: connects, has it greeted, and begins again when it is lost. Confined to its loop.
final class CommandLink {
    /// Prepares a new connection; until it has succeeded nobody else gets to use it.
    var greet: ((LoadedScripts) -> EventLoopFuture<Void>)?
    var opened: (() -> Void)?
    /// The connection could not be made, or was lost, for this reason.
    var failed: ((any Error) -> Void)?

    /// The connection with its scripts; `nil` while there is none.
    private(set) var scripts: LoadedScripts?

    private let settings: RedisBusSettings
    private var link = ReconnectingLink()
    private var backoff = RedisBackoff()
    private var greeting: RedisCommandConnection?

    init(_ settings: RedisBusSettings) {
        self.settings = settings
    }

    func start() {
        self.perform(self.link.start())
    }

    func stop() {
        self.link.stop()
        self.greeting?.close()
        self.scripts?.connection.close()
        self.scripts = nil
    }

    /// Gives up a connection that leads to a server which can't be used.
    func drop() {
        self.scripts?.connection.close()
    }

    private func perform(_ action: ReconnectingLink.Action, because error: (any Error)? = nil) {
        switch action {
        case .nothing, .close: break
        case .connect: self.connect()
        case .wait, .tellLossAndWait:
            self.scripts = nil
            self.greeting = nil
            if let error { self.failed?(error) }
            self.settings.eventLoop.assumeIsolated().scheduleTask(in: self.backoff.next()) {
                self.perform(self.link.elapsed())
            }
        }
    }

    private func connect() {
        let settings = self.settings
        RedisCommandConnection.connect(
            to: settings.endpoint, on: settings.eventLoop, timeouts: settings.timeouts, logger: settings.logger
        ).assumeIsolated().whenComplete { result in
            switch result {
            case .failure(let error): self.perform(self.link.failed(), because: error)
            case .success(let connection): self.prepare(connection)
            }
        }
    }

    private func prepare(_ connection: RedisCommandConnection) {
        self.greeting = connection
        LoadedScripts.load(into: connection).assumeIsolated().flatMap { scripts in
            let greeted = self.greet?(scripts) ?? scripts.connection.eventLoop.makeSucceededVoidFuture()
            return greeted.map { scripts }
        }.whenComplete { result in
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
        scripts.connection.closeFuture.assumeIsolated().whenComplete { result in
            let error = (try? result.get()) ?? RedisError.closed("the connection was closed")
            self.perform(self.link.closed(), because: error)
        }
        self.opened?()
    }
}
