import ByteStrings
import HTTPWire
public import HubCore
public import HubTokens
public import Logging
public import NIOCore

/// All that the hub was told, checked.
///
/// What a property begins with is never seen: the settings have the defaults.
public struct HubSettings: Sendable {
    /// Where events are published and kept: `memory`, or the URL of a Redis server.
    public internal(set) var bus = ""
    /// What every key and channel in Redis begins with.
    public internal(set) var redisPrefix = ""
    /// How many events of each topic are kept.
    public internal(set) var replayCount = 0
    /// How long an event is kept.
    public internal(set) var replayAge = TimeAmount.zero
    /// How many replicas of Redis are to have an event before its publisher is answered.
    public internal(set) var confirmingReplicas = 0
    /// Over how long the streams are closed at the end.
    public internal(set) var drain = TimeAmount.zero
    /// How streams are treated.
    public internal(set) var fanOut = FanOutConfiguration()
    /// How many event loops there are.
    public internal(set) var loops: Int
    /// What is logged.
    public internal(set) var logLevel = Logger.Level.notice
    /// How it is written.
    public internal(set) var logFormat = LogFormat.text
    /// Whether every request is logged.
    public internal(set) var logsRequests = false
    /// The publish keys that were given one by one.
    public internal(set) var publishKeys: [String] = []
    /// The file with more of them.
    public internal(set) var publishKeyFile: String?
    /// The keys that tokens are signed with, as they were given.
    public internal(set) var tokenKeys: [TokenKeySetting] = []
    /// Where a set of more of them is.
    public internal(set) var tokenKeySet: String?
    /// What a token must say.
    public internal(set) var tokenRules = TokenRules()
    /// What may be subscribed to without a token.
    public internal(set) var publicTopics: [TopicPattern] = []
    /// Which applications are asked, and how.
    public internal(set) var hooks = HookSettings()
    /// What the server is told, but for the keys, which may change.
    public internal(set) var server = ServerConfiguration()

    /// The files with certificates and keys, each with the other's place.
    public var certificateFiles: [(certificate: String, key: String)] {
        Array(zip(self.certificates, self.certificateKeys))
    }
    /// The file with the authorities of clients' certificates.
    public internal(set) var clientAuthority: String?
    /// Whether a certificate is made for a try.
    public internal(set) var isSelfSigned = false

    var certificates: [String] = []
    var certificateKeys: [String] = []
    var operatingHost = ""
    var corsOrigins: [String] = []
    var corsHeaders: [String] = []
    var isInsecure = false

    /// Checks what was given.
    /// - Parameters:
    ///   - values: What was given, by the name of the setting.
    ///   - openFiles: The most files that may be open.
    ///   - cores: The processors of the machine.
    ///   - checkBus: Says what is wrong with a bus that is not `memory`; `nil` if nothing is.
    /// - Throws: `InvalidSetting` for the first value that can't be accepted.
    public init(
        _ values: [String: SettingValue], openFiles: Int, cores: Int, checkBus: (String) -> String?
    ) throws(InvalidSetting) {
        self.loops = cores
        // Without the setting, as many as there are files for.
        self.server.maximumConnections = .max
        for setting in Setting.all { try setting.apply(values[setting.name], to: &self) }
        try self.check(bus: checkBus)
        try self.check(openFiles: openFiles)
        try self.checkTokens()
        try self.checkTransportSecurity()
        try self.checkExposure()
        self.complete(openFiles: openFiles)
    }

    /// What follows from several settings.
    private mutating func complete(openFiles: Int) {
        self.fanOut.ringLimit.count = min(self.fanOut.ringLimit.count, self.replayCount)
        self.fanOut.ringLimit.age = UInt64(self.replayAge.nanoseconds / 1_000_000)
        self.server.cors = CORSPolicy(origins: self.corsOrigins, requestFields: self.corsHeaders)
        self.server.version = HubRelease.version
        guard self.server.maximumConnections == .max else { return }
        self.server.maximumConnections = self.server.caps(openFiles: openFiles, loops: self.loops).ordinary
    }

    /// Takes the port of the operating paths, once the addresses and the other port are known.
    mutating func operate(at port: Int) throws(RefusedText) {
        let hosts = [self.server.host, self.operatingHost]
        let overlaps = hosts[0] == hosts[1] || hosts.contains("0.0.0.0") || hosts.contains("::")
        guard port == 0 || port != self.server.port || !overlaps else {
            throw RefusedText("\(port)", "is the port of --port", accepted: "another port, or 0")
        }
        self.server.operating = OperatingAddress(host: self.operatingHost, port: port)
    }

    private func check(bus check: (String) -> String?) throws(InvalidSetting) {
        guard self.bus != "memory" || self.confirmingReplicas == 0 else {
            throw InvalidSetting(
                "--redis-wait: there are no replicas with --bus memory; give a Redis server, or leave it out")
        }
        guard self.bus != "memory", let problem = check(self.bus) else { return }
        throw InvalidSetting(
            "--bus: \(problem); accepted: memory, redis://…, rediss://…, unix://…, redis+sentinel://…, redis+cluster://…"
        )
    }

    private func check(openFiles: Int) throws(InvalidSetting) {
        let needed = OpenFileBudget.leastOpenFiles(loops: self.loops)
        guard openFiles < needed else { return }
        throw InvalidSetting(
            "--loops: '\(self.loops)' event loops and a few connections need \(needed) open files, and only \(openFiles) are allowed; "
                + "accepted: fewer loops, or a higher limit (ulimit -n)")
    }

    private func checkTransportSecurity() throws(InvalidSetting) {
        let (certificates, keys) = (self.certificates.count, self.certificateKeys.count)
        guard certificates == keys else {
            throw InvalidSetting(
                "--tls-certificate: there are \(certificates) certificates and \(keys) keys; give a --tls-key for each, in the same order"
            )
        }
        guard !self.isSelfSigned || certificates == 0 else {
            throw InvalidSetting("--tls-self-signed: there is a --tls-certificate; give one of the two")
        }
        guard self.isSelfSigned || certificates > 0 else {
            guard self.clientAuthority == nil, self.server.strictTransport == nil else {
                let flag = self.clientAuthority == nil ? "--hsts" : "--tls-client-ca"
                throw InvalidSetting(
                    "\(flag): is of no use without --tls-certificate and --tls-key, or --tls-self-signed")
            }
            return
        }
    }

    /// Whether there are tokens.
    public var takesTokens: Bool { !self.tokenKeys.isEmpty || self.tokenKeySet != nil }

    private func checkTokens() throws(InvalidSetting) {
        guard self.takesTokens else {
            guard self.publicTopics.isEmpty || self.hooks.onSubscribe != nil else {
                throw InvalidSetting(
                    "--public: everything is public without --jwt-key, --jwks or --on-subscribe; give one of them, or leave it out"
                )
            }
            return
        }
        let names = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
        let claim = self.tokenRules.claim
        guard !claim.isEmpty, !names.contains(where: { ByteString($0) == claim }) else {
            throw InvalidSetting(
                "--jwt-claim: '\(claim.shortened(to: 64))' can't hold grants; accepted: hub, or another claim")
        }
    }

    /// A hub that anybody can reach is not started by accident.
    private func checkExposure() throws(InvalidSetting) {
        try self.checkExposure(of: self.server.host, "host")
        guard self.server.operating == nil else {
            return try self.checkExposure(of: self.operatingHost, "operating-host")
        }
        guard self.operatingHost == Setting.named("operating-host")?.defaultValue else {
            throw InvalidSetting("--operating-host: '\(self.operatingHost)' is of no use without --operating-port")
        }
    }

    private func checkExposure(of host: String, _ name: String) throws(InvalidSetting) {
        let isGuarded =
            !self.publishKeys.isEmpty || self.publishKeyFile != nil || self.takesTokens || !self.hooks.isEmpty
            || self.isInsecure
        guard !isGuarded, !Loopback.contains(ByteString(host)) else { return }
        throw InvalidSetting(
            "--\(name): '\(host)' can be reached from other machines, and anybody could publish; "
                + "give --publish-key, --publish-key-file, --jwt-key or --jwks, or --insecure if that is meant")
    }
}

/// Which release of the hub this is.
public enum HubRelease {
    /// The version, after semver.org.
    public static let version = "0.2.0"
}
