/// Something that the hub may be told, by a flag, by the environment, or by the configuration file.
public struct Setting: Hashable, Sendable {
    /// How a setting is written.
    public enum Kind: Hashable, Sendable {
        /// One value.
        case single
        /// Any number of values: the flag is repeated, the environment separates them by commas, YAML has a list.
        case list
        /// On or off.
        case toggle
    }

    /// The name in the file; the flag is `--name`.
    public let name: String
    /// How it is written.
    public let kind: Kind
    /// What the value is called in the help.
    public let placeholder: String
    /// What counts if nobody says anything; `nil` if nothing does.
    public let defaultValue: String?
    /// What the help says.
    public let help: String
    /// Whether the value must not be shown.
    public let isSecret: Bool

    init(
        _ name: String, _ placeholder: String, _ help: String, kind: Kind = .single, defaultValue: String? = nil,
        isSecret: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.placeholder = placeholder
        self.defaultValue = defaultValue
        self.help = help
        self.isSecret = isSecret
    }

    /// The flag, `--port` say.
    public var flag: String { "--\(self.name)" }

    /// The environment variable, `HUB_PORT` say.
    public var variable: String { "HUB_" + String(self.name.uppercased().map { $0 == "-" ? "_" : $0 }) }

    /// The setting of a name; `nil` if there is none.
    public static func named(_ name: String) -> Setting? {
        self.all.first { $0.name == name }
    }
}

extension Setting {
    /// All settings, in the order of the help.
    public static let all: [Setting] = listening + bus + access + streams + limits + process

    private static let listening = [
        Setting(
            "host", "ADDRESS",
            "The address or name to listen on. Beyond loopback only with a publish key, or with --insecure.",
            defaultValue: "127.0.0.1"),
        Setting("port", "PORT", "The port to listen on; 0 lets the system choose.", defaultValue: "8080"),
        Setting(
            "operating-host", "ADDRESS", "The address of --operating-port, beyond loopback only as --host is.",
            defaultValue: "127.0.0.1"),
        Setting(
            "operating-port", "PORT",
            """
            A port of its own for /health/…, /metrics and /topics, with connections of its own; --port then has only \
            /health/live of them. Without it, all are at --port.
            """),
    ]

    private static let bus = [
        Setting(
            "bus", "URL",
            """
            Where events are published and kept: 'memory', or the Redis server of a cluster: \
            redis://[user[:password]@]host[:port][/database], rediss://… for TLS \
            (?ca=FILE, ?verify=none), unix://[…@]/path/to/socket.
            """, defaultValue: "memory"),
        Setting(
            "redis-prefix", "PREFIX", "What every key and channel in Redis begins with, the same on all members.",
            defaultValue: "hub"),
        Setting(
            "replay-count", "N", "How many events of each topic are kept for replay: 1 to 10000000.",
            defaultValue: "10000"),
        Setting("replay-age", "DURATION", "How long an event is kept for replay: 1s to 3650d.", defaultValue: "1h"),
    ]

    private static let access = [
        Setting(
            "publish-key", "KEY",
            "A key that publishing, deleting and /topics then need, as Authorization: Bearer KEY. Repeatable.",
            kind: .list, isSecret: true),
        Setting(
            "publish-key-file", "FILE",
            "A file with more publish keys, one a line; read again at SIGHUP. Empty lines and # lines do not count."),
        Setting(
            "insecure", "true|false", "Allow to listen beyond loopback without a publish key: anybody may publish.",
            kind: .toggle, defaultValue: "false"),
        Setting(
            "cors-origin", "ORIGIN",
            """
            An origin whose pages may read and write, such as https://example.org, app://., file:// or null; * for all. \
            Repeatable.
            """, kind: .list),
        Setting(
            "cors-header", "NAME",
            """
            A request header field that pages of those origins may send, beside those of the hub and of tracing libraries. \
            Repeatable.
            """, kind: .list),
        Setting(
            "trusted-proxy", "CIDR",
            "A proxy, such as 10.0.0.0/8, whose word on the client's address counts. Repeatable.", kind: .list),
        Setting(
            "forwarded-header", "x-forwarded-for|forwarded",
            "The header field in which trusted proxies name the client; the other is ignored.",
            defaultValue: "x-forwarded-for"),
    ]

    private static let streams = [
        Setting(
            "heartbeat", "DURATION", "How often a stream gets a comment, give or take a little: 1s to 1h.",
            defaultValue: "15s"),
        Setting(
            "slow-consumer", "resume|skip|close",
            """
            What becomes of a stream whose client lags: it resumes where it was, skips to the latest with a reset said, \
            or is closed with a cursor.
            """, defaultValue: "resume"),
        Setting(
            "drain", "DURATION", "Over how long SIGTERM closes the streams: 0s to 1h.", defaultValue: "10s"),
    ]

    private static let limits = [
        Setting(
            "idle", "DURATION", "How long a connection may idle between two requests: 1s to 1h.", defaultValue: "75s"),
        Setting(
            "max-body", "SIZE", "The largest request body, and event: 1 to 32MiB; 64k, 1MiB, 10MB.",
            defaultValue: "1MiB"),
        Setting(
            "max-buffered", "SIZE",
            """
            How many bytes clients may make the hub hold, in bodies, messages and answers that they do not read: 64KiB to \
            1TiB. Who may not publish has three quarters of it.
            """, defaultValue: "256MiB"),
        Setting(
            "max-connections", "N",
            "The most connections; without it, what the limit of open files allows."),
        Setting(
            "max-connections-per-address", "N",
            "The most connections of one client's address (of one /64 network with IPv6); without it, no limit."),
        Setting(
            "max-topics-per-stream", "N", "The most topics of a stream, and of an event: 1 to 1000.",
            defaultValue: "100"),
        Setting(
            "max-feeds", "N", "The most topics that are listened to on this member: 1 to 10000000.",
            defaultValue: "100000"),
    ]

    private static let process = [
        Setting("loops", "N", "How many event loops, which are threads: 1 to 512; without it, one a core."),
        Setting(
            "log-level", "LEVEL", "trace, debug, info, notice, warning, error or critical.", defaultValue: "notice"),
        Setting("demo", "true|false", "Show a page at /.", kind: .toggle, defaultValue: "false"),
        Setting(
            "ws-echo", "PATH", "A path, such as /echo, whose WebSocket sends every message back; without it, none."),
    ]
}
