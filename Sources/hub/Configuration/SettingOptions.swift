import ArgumentParser
import HubServer

/// The flags of the hub. All are taken as text: what a value may be is decided in one place, whoever gave it. Those that
/// stand for numbers take a value that begins with a dash too, so that `--port -1` is told as wrong and not as missing.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "A YAML file with the settings below, by their names. Environment: HUB_CONFIG.", valueName: "FILE"))
    var configurationFile: String?

    @Option(name: .customLong("host"), help: .setting("host")) var host: String?
    @Option(name: .customLong("port"), parsing: .unconditional, help: .setting("port")) var port: String?
    @Option(name: .customLong("operating-host"), help: .setting("operating-host")) var operatingHost: String?
    @Option(name: .customLong("operating-port"), parsing: .unconditional, help: .setting("operating-port"))
    var operatingPort: String?
    @Option(name: .customLong("bus"), help: .setting("bus")) var bus: String?
    @Option(name: .customLong("redis-prefix"), help: .setting("redis-prefix")) var redisPrefix: String?
    @Option(name: .customLong("replay-count"), parsing: .unconditional, help: .setting("replay-count")) var replayCount:
        String?
    @Option(name: .customLong("replay-age"), parsing: .unconditional, help: .setting("replay-age")) var replayAge:
        String?
    @Option(name: .customLong("publish-key"), help: .setting("publish-key")) var publishKey: [String] = []
    @Option(name: .customLong("publish-key-file"), help: .setting("publish-key-file")) var publishKeyFile: String?
    @Flag(name: .customLong("insecure"), inversion: .prefixedNo, help: .setting("insecure")) var insecure: Bool?
    @Option(name: .customLong("cors-origin"), help: .setting("cors-origin")) var corsOrigin: [String] = []
    @Option(name: .customLong("cors-header"), help: .setting("cors-header")) var corsHeader: [String] = []
    @Option(name: .customLong("trusted-proxy"), help: .setting("trusted-proxy")) var trustedProxy: [String] = []
    @Option(name: .customLong("forwarded-header"), help: .setting("forwarded-header")) var forwardedHeader: String?
    @Option(name: .customLong("heartbeat"), parsing: .unconditional, help: .setting("heartbeat")) var heartbeat: String?
    @Option(name: .customLong("slow-consumer"), help: .setting("slow-consumer")) var slowConsumer: String?
    @Option(name: .customLong("drain"), parsing: .unconditional, help: .setting("drain")) var drain: String?
    @Option(name: .customLong("idle"), parsing: .unconditional, help: .setting("idle")) var idle: String?
    @Option(name: .customLong("max-body"), parsing: .unconditional, help: .setting("max-body")) var maxBody: String?
    @Option(name: .customLong("max-buffered"), parsing: .unconditional, help: .setting("max-buffered"))
    var maxBuffered: String?
    @Option(name: .customLong("max-connections"), parsing: .unconditional, help: .setting("max-connections"))
    var maxConnections: String?
    @Option(
        name: .customLong("max-connections-per-address"), parsing: .unconditional,
        help: .setting("max-connections-per-address"))
    var maxConnectionsPerAddress: String?
    @Option(
        name: .customLong("max-topics-per-stream"), parsing: .unconditional, help: .setting("max-topics-per-stream"))
    var maxTopicsPerStream: String?
    @Option(name: .customLong("max-feeds"), parsing: .unconditional, help: .setting("max-feeds")) var maxFeeds: String?
    @Option(name: .customLong("loops"), parsing: .unconditional, help: .setting("loops")) var loops: String?
    @Option(name: .customLong("log-level"), help: .setting("log-level")) var logLevel: String?
    @Flag(name: .customLong("demo"), inversion: .prefixedNo, help: .setting("demo")) var demo: Bool?
    @Option(name: .customLong("ws-echo"), help: .setting("ws-echo")) var webSocketEcho: String?

    /// What the command line says, by the name of the setting.
    var given: [String: [String]] {
        let all: [String: [String]?] = [
            "host": self.host.map { [$0] },
            "port": self.port.map { [$0] },
            "operating-host": self.operatingHost.map { [$0] },
            "operating-port": self.operatingPort.map { [$0] },
            "bus": self.bus.map { [$0] },
            "redis-prefix": self.redisPrefix.map { [$0] },
            "replay-count": self.replayCount.map { [$0] },
            "replay-age": self.replayAge.map { [$0] },
            "publish-key": self.publishKey.isEmpty ? nil : self.publishKey,
            "publish-key-file": self.publishKeyFile.map { [$0] },
            "insecure": self.insecure.map { [String($0)] },
            "cors-origin": self.corsOrigin.isEmpty ? nil : self.corsOrigin,
            "cors-header": self.corsHeader.isEmpty ? nil : self.corsHeader,
            "forwarded-header": self.forwardedHeader.map { [$0] },
            "trusted-proxy": self.trustedProxy.isEmpty ? nil : self.trustedProxy,
            "heartbeat": self.heartbeat.map { [$0] },
            "slow-consumer": self.slowConsumer.map { [$0] },
            "drain": self.drain.map { [$0] },
            "idle": self.idle.map { [$0] },
            "max-body": self.maxBody.map { [$0] },
            "max-buffered": self.maxBuffered.map { [$0] },
            "max-connections": self.maxConnections.map { [$0] },
            "max-connections-per-address": self.maxConnectionsPerAddress.map { [$0] },
            "max-topics-per-stream": self.maxTopicsPerStream.map { [$0] },
            "max-feeds": self.maxFeeds.map { [$0] },
            "loops": self.loops.map { [$0] },
            "log-level": self.logLevel.map { [$0] },
            "demo": self.demo.map { [String($0)] },
            "ws-echo": self.webSocketEcho.map { [$0] },
        ]
        return all.compactMapValues { $0 }
    }
}

extension ArgumentHelp {
    /// The help of a setting: what it is, its variable and its default.
    static func setting(_ name: String) -> ArgumentHelp {
        guard let setting = Setting.named(name) else { preconditionFailure("there is no setting \(name)") }
        let separated = setting.kind == .list ? ", separated by commas" : ""
        let defaultValue = setting.defaultValue.map { " Default: \($0)." } ?? ""
        let abstract = "\(setting.help) Environment: \(setting.variable)\(separated).\(defaultValue)"
        return ArgumentHelp(stringLiteral: abstract).named(setting.placeholder)
    }

    private func named(_ placeholder: String) -> ArgumentHelp {
        var help = self
        help.valueName = placeholder
        return help
    }
}
