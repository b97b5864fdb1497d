import ByteStrings
public import HubCore
public import Logging
public import NIOCore

/// All that the hub was told, checked.
public struct HubSettings: Sendable {
    /// Where events are published and kept: `memory`, or the URL of a Redis server.
    public let bus: String
    /// What every key and channel in Redis begins with.
    public let redisPrefix: String
    /// How many events of each topic are kept.
    public let replayCount: Int
    /// How long an event is kept.
    public let replayAge: TimeAmount
    /// Over how long the streams are closed at the end.
    public let drain: TimeAmount
    /// How streams are treated.
    public let fanOut: FanOutConfiguration
    /// How many event loops there are.
    public let loops: Int
    /// What is logged.
    public let logLevel: Logger.Level
    /// The publish keys that were given one by one.
    public let publishKeys: [String]
    /// The file with more of them.
    public let publishKeyFile: String?
    /// What the server is told, but for the keys, which may change.
    public let server: ServerConfiguration

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
        let reader = SettingReader(values: values)
        self.bus = try Self.bus(reader, check: checkBus)
        self.redisPrefix = try Self.redisPrefix(reader)
        self.replayCount = try reader.requiredNumber("replay-count", 1...10_000_000)
        self.replayAge = try reader.duration("replay-age", from: "1s", to: "3650d").timeAmount
        self.drain = try reader.duration("drain", from: "0s", to: "1h").timeAmount
        var fanOut = FanOutConfiguration(
            heartbeat: try reader.duration("heartbeat", from: "1s", to: "1h").timeAmount,
            slowConsumer: try reader.choice("slow-consumer", FanOutConfiguration.SlowConsumer.self))
        fanOut.ringLimit.count = min(fanOut.ringLimit.count, self.replayCount)
        fanOut.ringLimit.age = UInt64(self.replayAge.nanoseconds / 1_000_000)
        fanOut.maximumFeeds = try reader.requiredNumber("max-feeds", 1...10_000_000)
        self.fanOut = fanOut
        self.loops = try Self.loops(reader, openFiles: openFiles, cores: cores)
        self.logLevel = try reader.choice("log-level", Logger.Level.self)
        self.publishKeys = try Self.publishKeys(reader)
        self.publishKeyFile = try reader.text("publish-key-file")
        self.server = try Self.server(reader, openFiles: openFiles, loops: self.loops)
        let hasKeys = !self.publishKeys.isEmpty || self.publishKeyFile != nil
        try Self.checkExposure(of: "host", reader, hasKeys: hasKeys)
        if self.server.operating != nil { try Self.checkExposure(of: "operating-host", reader, hasKeys: hasKeys) }
    }

    private static func loops(_ reader: SettingReader, openFiles: Int, cores: Int) throws(InvalidSetting) -> Int {
        let loops = try reader.number("loops", 1...512) ?? cores
        let needed = OpenFileBudget.leastOpenFiles(loops: loops)
        guard openFiles < needed else { return loops }
        throw InvalidSetting(
            "--loops: '\(loops)' event loops and a few connections need \(needed) open files, and only \(openFiles) are allowed; "
                + "accepted: fewer loops, or a higher limit (ulimit -n)")
    }

    private static func server(
        _ reader: SettingReader, openFiles: Int, loops: Int
    ) throws(InvalidSetting) -> ServerConfiguration {
        var server = ServerConfiguration()
        server.host = try self.host("host", reader)
        server.port = try reader.requiredNumber("port", 0...65_535)
        server.operating = try self.operating(reader, host: server.host, port: server.port)
        server.limits.bodyBytes = try reader.size("max-body", 1...EventData.maximumByteCount)
        server.budget = ByteBudget(limit: try reader.size("max-buffered", (64 << 10)...(1 << 40)))
        server.maximumConnections = try reader.number("max-connections", 1...10_000_000) ?? .max
        // Without the setting, as many as there are files for.
        if server.maximumConnections == .max {
            server.maximumConnections = server.caps(openFiles: openFiles, loops: loops).ordinary
        }
        server.maximumConnectionsPerAddress = try reader.number("max-connections-per-address", 1...10_000_000)
        server.maximumTopicsPerStream = try reader.requiredNumber("max-topics-per-stream", 1...1000)
        server.trustedProxies = try reader.list(
            "trusted-proxy", accepted: "10.0.0.0/8, 192.0.2.1, 2001:db8::/32", "is not a range of addresses",
            AddressRange.init)
        server.forwardedField = try reader.choice("forwarded-header", ForwardedField.self)
        server.limits.idleTime = try reader.duration("idle", from: "1s", to: "1h").timeAmount
        server.cors = CORSPolicy(origins: try self.origins(reader), requestFields: try self.requestFields(reader))
        server.webSocketEchoPath = try self.echoPath(reader)
        server.isDemo = try reader.toggle("demo")
        server.version = HubRelease.version
        return server
    }

    private static func bus(_ reader: SettingReader, check: (String) -> String?) throws(InvalidSetting) -> String {
        let bus = try reader.requiredText("bus")
        guard bus != "memory", let problem = check(bus) else { return bus }
        throw InvalidSetting("--bus: \(problem); accepted: memory, redis://…, rediss://…, unix://…")
    }

    private static func redisPrefix(_ reader: SettingReader) throws(InvalidSetting) -> String {
        let prefix = try reader.requiredText("redis-prefix")
        let isPlain = prefix.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x7B && $0 != 0x7D }
        guard (1...64).contains(prefix.utf8.count), isPlain else {
            throw try reader.refusal(
                "redis-prefix", prefix, "is not a prefix",
                accepted: "1 to 64 visible ASCII characters without { and }")
        }
        return prefix
    }

    private static func operating(
        _ reader: SettingReader, host: String, port: Int
    ) throws(InvalidSetting) -> OperatingAddress? {
        let operatingHost = try self.host("operating-host", reader)
        guard let operatingPort = try reader.number("operating-port", 0...65_535) else {
            guard try operatingHost == reader.setting("operating-host").defaultValue else {
                throw InvalidSetting("--operating-host: '\(operatingHost)' is of no use without --operating-port")
            }
            return nil
        }
        let wildcards = ["0.0.0.0", "::"]
        let overlaps = host == operatingHost || wildcards.contains(host) || wildcards.contains(operatingHost)
        guard operatingPort == 0 || operatingPort != port || !overlaps else {
            throw try reader.refusal(
                "operating-port", "\(operatingPort)", "is the port of --port", accepted: "another port, or 0")
        }
        return OperatingAddress(host: operatingHost, port: operatingPort)
    }

    private static func host(_ name: String, _ reader: SettingReader) throws(InvalidSetting) -> String {
        let host = try reader.requiredText(name)
        let isPlain = host.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2F }
        guard !host.isEmpty, isPlain else {
            throw try reader.refusal(
                name, host, "is not an address", accepted: "127.0.0.1, ::1, 0.0.0.0, ::, a host name")
        }
        return host
    }

    private static func origins(_ reader: SettingReader) throws(InvalidSetting) -> [String] {
        try reader.list(
            "cors-origin",
            accepted:
                "https://example.org, http://localhost:3000, app://., file://, null, or * alone (no other wildcard)",
            "is not an origin"
        ) {
            CORSPolicy.accepts($0) ? $0 : nil
        }
    }

    private static func requestFields(_ reader: SettingReader) throws(InvalidSetting) -> [String] {
        try reader.list("cors-header", accepted: "X-Tenant, or another name of a header field", "is not a field's name")
        {
            CORSPolicy.accepts(requestField: $0) ? $0 : nil
        }
    }

    private static func echoPath(_ reader: SettingReader) throws(InvalidSetting) -> String? {
        guard let path = try reader.text("ws-echo") else { return nil }
        let isPlain = path.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3F && $0 != 0x23 && $0 != 0x25 }
        guard path.hasPrefix("/"), path.utf8.count <= 256, isPlain, !RouteTable.paths.contains(path) else {
            throw try reader.refusal(
                "ws-echo", path, "is not a path that is free", accepted: "/echo, or another path of visible ASCII")
        }
        return path
    }

    private static func publishKeys(_ reader: SettingReader) throws(InvalidSetting) -> [String] {
        try reader.list("publish-key", accepted: PublishKeyFile.acceptedKeys, "is not a key") {
            PublishKeyFile.isKey($0) ? $0 : nil
        }
    }

    /// A hub that anybody can reach is not started by accident.
    private static func checkExposure(
        of name: String, _ reader: SettingReader, hasKeys: Bool
    ) throws(InvalidSetting) {
        let host = try reader.requiredText(name)
        let isInsecure = try reader.toggle("insecure")
        guard !Loopback.contains(ByteString(host)), !hasKeys, !isInsecure else { return }
        throw InvalidSetting(
            "--\(name): '\(host)' can be reached from other machines, and anybody could publish; "
                + "give --publish-key or --publish-key-file, or --insecure if that is meant")
    }
}
