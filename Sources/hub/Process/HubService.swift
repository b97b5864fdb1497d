import HTTPWire
import HubCore
import HubServer
import Logging
import NIOCore
import RedisWire
import ServiceLifecycle

/// The hub as a service: listens, and ends kindly when it is asked to.
struct HubService: Service, CustomStringConvertible {
    let hub: Hub
    let server: HubServer
    let settings: HubSettings
    let tls: TLSCredentials?
    let supervisor: SupervisorSocket?
    let logger: Logger

    /// What the service group logs of its services; by default it would be all they hold, the keys too.
    var description: String { "hub" }

    /// Begins to work and to listen.
    /// - Throws: `HubProcess.CannotListen`.
    func start() async throws {
        self.hub.start()
        let address: SocketAddress
        do {
            address = try await self.server.start()
        } catch let error as ListeningError {
            let settings = error.isOperating ? "--operating-host, --operating-port" : "--host, --port"
            throw HubProcess.CannotListen(
                description: "\(settings): can't listen on \(error.host):\(error.port): \(Self.reason(error.reason))")
        }
        self.announce(address)
        self.supervisor?.tell(.ready)
    }

    func run() async throws {
        try? await gracefulShutdown()
        self.supervisor?.tell(.stopping)
        self.logger.notice(
            "draining", metadata: ["window": "\(self.settings.drain.nanoseconds / 1_000_000)ms"])
        await self.server.drain(over: self.settings.drain)
        await self.server.stop()
        try? await self.hub.shutdown().get()
    }

    private func announce(_ address: SocketAddress) {
        let openFiles = OpenFileLimit.current
        let server = self.settings.server
        var metadata: Logger.Metadata = [
            "address": "\(Self.text(address))", "bus": "\(self.shownBus)", "loops": "\(self.settings.loops)",
            "open-files": "\(openFiles)", "max-connections": "\(self.server.maximumConnections)",
            "version": "\(server.version)",
        ]
        if let tls = self.tls { metadata["tls-until"] = "\(TLSService.date(tls.end))" }
        if let operating = self.server.operatingAddress { metadata["operating"] = "\(Self.text(operating))" }
        self.logger.notice("listening", metadata: metadata)
        if server.maximumConnections > self.server.maximumConnections {
            self.logger.warning(
                "more connections are allowed than files may be open; raise the limit of open files",
                metadata: [
                    "open-files": "\(openFiles)", "max-connections": "\(server.maximumConnections)",
                    "served": "\(self.server.maximumConnections)",
                ])
        }
    }

    private var shownBus: String {
        self.settings.bus == "memory" ? "memory" : RedisLocation.masking(self.settings.bus)
    }

    private static func text(_ address: SocketAddress) -> String {
        let host = address.ipAddress ?? "?"
        return "\(host.contains(":") ? "[\(host)]" : host):\(address.port ?? 0)"
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == 98: "the port is in use"
        case let error as IOError where error.errnoCode == 99: "the address is not this machine's"
        case let error as IOError where error.errnoCode == 13: "not permitted; ports below 1024 need a privilege"
        default: "\(error)"
        }
    }
}
