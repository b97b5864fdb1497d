import ByteStreams
import ByteStrings
import HTTPWire
import HubCore
import HubTokens
import Logging
import NIOCore

extension Setting {
    /// All settings, in the order of the help.
    public static let all: [Setting] = listening + transportSecurity + bus + access + streams + limits + process

    /// The file with settings. It is named by a flag or the environment, and so is none of them.
    public static let configurationFile = Setting(
        "config", .text("FILE"), "A YAML file with the settings below, by their names."
    ) { _, _ in }

    private static let listening: [Setting] = [
        Setting(
            "host", .address, default: "127.0.0.1",
            "The address or name to listen on. Beyond loopback only with a key of any kind, or with `--insecure`."
        ) { $0.server.host = $1 },
        Setting(
            "port", .number(0...65_535, "PORT"), default: "8080", "The port to listen on; 0 lets the system choose.",
            notes: "The start line says which."
        ) { $0.server.port = $1 },
        Setting(
            "operating-host", .address, default: "127.0.0.1",
            "The address of `--operating-port`, beyond loopback only as `--host` is."
        ) { $0.operatingHost = $1 },
        Setting(
            "operating-port", .number(0...65_535, "PORT"),
            """
            A port of its own for `/health/…`, `/metrics`, `/topics`, `/revoke` and the console, with connections of its own; `--port` then has \
            only `/health/live` of them. Without it, all are at `--port`.
            """, notes: "0 lets the system choose."
        ) { settings, port throws(RefusedText) in try settings.operate(at: port) },
    ]

    private static let transportSecurity: [Setting] = [
        Setting(
            "tls-certificate", .paths,
            "A file (PEM) with the certificate that clients are shown, and those of its issuers after it. Repeatable.",
            notes: """
                Clients are shown the one of the name that they ask for, others the first. Files are read again when they change, and at \
                SIGHUP; what is broken changes nothing. `--operating-port` is never encrypted.
                """
        ) { $0.certificates = $1 },
        Setting(
            "tls-key", .paths, "The file (PEM) with the key of each `--tls-certificate`, in the same order. Repeatable."
        ) { $0.certificateKeys = $1 },
        Setting(
            "tls-client-ca", .text("FILE"),
            "A file (PEM) with the authorities of whom one must have signed a client's certificate; without it, clients need none."
        ) { $0.clientAuthority = $1 },
        Setting(
            "tls-self-signed", .toggle, default: "false",
            "Make a certificate for a try, which ends in 30 days and which no client trusts."
        ) { $0.isSelfSigned = $1 },
        Setting(
            "hsts", .duration(from: .seconds(1), to: .hours(24 * 3650)),
            "Tell browsers to use TLS alone for so long, {values}; without it, nothing is said.",
            notes: "`8760h` is a year."
        ) { $0.server.strictTransport = $1 },
    ]

    private static let bus: [Setting] = [
        Setting(
            "bus", .text("URL"), default: "memory", secrecy: .password,
            """
            Where events are published and kept: 'memory', or the Redis server of a cluster: \
            `redis://[user[:password]@]host[:port][/database]`, `rediss://…` for TLS \
            (`?ca=FILE`, `?verify=none`), `unix://[…@]/path/to/socket`, the primary that sentinels name: \
            `redis+sentinel://[…@]host[:port],host,…/NAME`, or nodes of a Redis Cluster: \
            `redis+cluster://[…@]host[:port],host,…`.
            """
        ) { $0.bus = $1 },
        Setting(
            "redis-prefix", .redisPrefix, default: "hub",
            "What every key and channel in Redis begins with, the same on all members."
        ) { $0.redisPrefix = $1 },
        Setting(
            "redis-wait", .number(0...100), default: "0",
            "How many replicas of Redis must have an event before its publisher is answered: {values}.",
            notes:
                "With too few of them in time it is 504: published, but a failover may lose it. Costs a connection, and the time to a replica and back."
        ) { $0.confirmingReplicas = $1 },
        Setting(
            "replay-count", .number(1...10_000_000), default: "10000",
            "How many events of each topic are kept for replay: {values}.", notes: "The same on all members."
        ) { $0.replayCount = $1 },
        Setting(
            "replay-age", .duration(from: .seconds(1), to: .hours(24 * 3650)), default: "1h",
            "How long an event is kept for replay: {values}.", notes: "The same on all members."
        ) { $0.replayAge = $1 },
    ]

    private static let access: [Setting] = [
        Setting(
            "publish-key", .publishKeys, secrecy: .secret,
            "A key that publishing, deleting, `/topics` and `/revoke` then need, as `Authorization: Bearer KEY`. Repeatable.",
            notes: "It may do everything; with a token key, tokens may do what they grant."
        ) { $0.publishKeys = $1 },
        Setting(
            "publish-key-file", .text("FILE"),
            "A file with more publish keys, one a line; read again at SIGHUP. Empty lines and `#` lines do not count."
        ) { $0.publishKeyFile = $1 },
        Setting(
            "jwt-key", .tokenKeys, secrecy: .secret,
            """
            A key that tokens (JWT) are signed with: its algorithm, its name if tokens name it, and a secret, or a file with that or \
            with a public key. Repeatable.
            """,
            notes: """
                HS256, HS384, HS512 take a secret of 32, 48, 64 bytes or more; RS256 to RS512, PS256 to PS512, ES256, ES384 and EdDSA \
                take PEM. Files are read again at SIGHUP. With a token key, only who shows a token may subscribe, see `--public`.
                """
        ) { $0.tokenKeys = $1 },
        Setting(
            "jwks", .keySet, secrecy: .address,
            "A set of public keys (JWK set) that tokens are signed with, read again and again.",
            notes: """
                Every 5 minutes from an address, every 30 s from a file, at once when a token names a key that is not there. The keys of a \
                server that is away count for an hour.
                """
        ) { $0.tokenKeySet = $1 },
        Setting(
            "jwt-issuer", .texts("ISSUER"),
            "Who must have issued a token (`iss`); without it, anybody with a key. Repeatable."
        ) { $0.tokenRules.issuers = $1 },
        Setting(
            "jwt-audience", .texts("AUDIENCE"), "Whom a token must be for (`aud`); without it, anybody. Repeatable."
        ) { $0.tokenRules.audiences = $1 },
        Setting(
            "jwt-claim", .text("NAME"), default: "hub", "The claim of a token that holds what it grants.",
            notes: "`{\"subscribe\":[PATTERN…],\"publish\":[PATTERN…],\"admin\":true}`."
        ) { $0.tokenRules.claim = ByteString($1) },
        Setting(
            "jwt-leeway", .duration(from: .zero, to: .hours(1)), default: "5s",
            "By how much the clocks of whoever issues tokens and of the hub may differ: {values}."
        ) { $0.tokenRules.leeway = Double($1.nanoseconds) / 1e9 },
        Setting(
            "jwt-without-expiry", .toggle, default: "false", "Take tokens that do not say when they expire (`exp`)."
        ) { $0.tokenRules.mayBeEndless = $1 },
        Setting(
            "token-cookie", .cookieName, default: "hub_token",
            "The cookie that may hold a token, of pages of the hub's own origin or of a `--cors-origin`."
        ) { $0.server.tokenCookie = ByteString($1) },
        Setting(
            "public", .topicPatterns,
            """
            Topics that may be subscribed to without a token, such as `news` or `news/*`; `*` for all. Repeatable. Without it, once \
            there is a token key, none.
            """
        ) { $0.publicTopics = $1 },
        Setting(
            "on-subscribe", .hookURL, secrecy: .address,
            """
            An application that is asked whether somebody who shows neither key nor token may subscribe: an `http://` or `https://` \
            address.
            """,
            notes: "What is `--public` needs no asking."
        ) { $0.hooks.onSubscribe = $1 },
        Setting(
            "on-publish", .hookURL, secrecy: .address,
            "The same for publishing.",
            notes: "Without it, publishing needs a key or a token once there is `--on-subscribe`."
        ) { $0.hooks.onPublish = $1 },
        Setting(
            "on-event", .hookURL, secrecy: .address,
            "An application that is told when topics and subjects get their first stream on this member, and lose their last.",
            notes: "See [hooks](hooks.md#what-the-application-is-told)."
        ) { $0.hooks.onEvent = $1 },
        Setting(
            "hook-timeout", .duration(from: .milliseconds(100), to: .seconds(60)), default: "3s",
            "How long these may take, {values}; then what they are asked about is refused."
        ) { $0.hooks.timeout = $1 },
        Setting(
            "hook-secret", .hookSecret, secrecy: .secret,
            "What requests to them are signed with, as Standard Webhooks wants it: `whsec_` and 24 to 64 bytes in Base64."
        ) { $0.hooks.secret = $1 },
        Setting(
            "hook-header", .hookFields,
            "A header field of a client's request that they get, instead of `cookie` and `authorization`. Repeatable.",
            notes: "Cookies of pages of the hub's own origin or of a `--cors-origin` alone."
        ) { $0.server.hookFields = $1 },
        Setting(
            "insecure", .toggle, default: "false",
            "Allow to listen beyond loopback without a key: anybody may publish and read."
        ) { $0.isInsecure = $1 },
        Setting(
            "cors-origin", .origins,
            """
            An origin whose pages may read and write, such as `https://example.org`, `app://.`, `file://` or `null`; `*` for \
            all. Repeatable.
            """,
            notes:
                "Those of apps and extensions by name (`capacitor://localhost`, `chrome-extension://ID`); no other wildcards."
        ) { $0.corsOrigins = $1 },
        Setting(
            "cors-header", .requestFields,
            """
            A request header field that pages of those origins may send, beside those of the hub and of tracing libraries. \
            Repeatable.
            """, notes: "Tracing libraries send `traceparent`, `tracestate`, `baggage` and `sentry-trace`."
        ) { $0.corsHeaders = $1 },
        Setting(
            "trusted-proxy", .addressRanges,
            "A proxy, such as `10.0.0.0/8`, whose word on the client's address counts. Repeatable."
        ) { $0.server.trustedProxies = $1 },
        Setting(
            "forwarded-header", .choice(of: ForwardedField.self), default: "x-forwarded-for",
            "The header field in which trusted proxies name the client; the other is ignored.",
            notes: "It is the client's own word."
        ) { $0.server.forwardedField = $1 },
    ]

    private static let streams: [Setting] = [
        Setting(
            "heartbeat", .duration(from: .seconds(1), to: .hours(1)), default: "15s",
            "How often a stream gets a comment, give or take a little: {values}.", notes: "It varies by a tenth."
        ) { $0.fanOut.heartbeat = $1 },
        Setting(
            "slow-consumer", .choice(of: FanOutConfiguration.SlowConsumer.self), default: "resume",
            """
            What becomes of a stream whose client lags: it resumes where it was, skips to the latest with a reset said, \
            or is closed with a cursor.
            """, notes: "A replay goes at the client's own pace."
        ) { $0.fanOut.slowConsumer = $1 },
        Setting(
            "drain", .duration(from: .zero, to: .hours(1)), default: "10s",
            "Over how long SIGTERM closes the streams: {values}."
        ) { $0.drain = $1 },
    ]

    private static let limits: [Setting] = [
        Setting(
            "idle", .duration(from: .seconds(1), to: .hours(1)), default: "75s",
            "How long a connection may idle between two requests: {values}.",
            notes: """
                Longer than a proxy in front keeps an idle connection, or it will now and then send a request into a closed one.
                """
        ) { $0.server.limits.idleTime = $1 },
        Setting(
            "max-body", .size(1...EventData.maximumByteCount), default: "1MiB",
            "The largest request body, and event: {values}; `64k`, `1MiB`, `10MB`.",
            notes: "Events of `FCALL` and messages of WebSocket clients are held to it too."
        ) { $0.server.limits.bodyBytes = $1 },
        Setting(
            "max-buffered", .size((64 << 10)...(1 << 40)), default: "256MiB",
            """
            How many bytes clients may make the hub hold, in bodies, messages, and answers and events that they do not read: {values}. \
            Who may not publish has three quarters of it.
            """, notes: "More [below](#limits-to-set-on-the-machine)."
        ) { $0.server.budget = ByteBudget(limit: $1) },
        Setting(
            "max-connections", .number(1...10_000_000),
            "The most connections; without it, what the limit of open files allows.",
            notes: "Some more are kept for publishers with a key and for operating.",
            otherwise: { String($0.server.maximumConnections) }
        ) { $0.server.maximumConnections = $1 },
        Setting(
            "max-connections-per-address", .number(1...10_000_000),
            "The most connections of one client's address (of one /64 network with IPv6); without it, no limit."
        ) { $0.server.maximumConnectionsPerAddress = $1 },
        Setting(
            "max-topics-per-stream", .number(1...1000), default: "100",
            "The most topics of a stream, and of an event: {values}."
        ) { $0.server.maximumTopicsPerStream = $1 },
        Setting(
            "max-feeds", .number(1...10_000_000), default: "100000",
            "The most topics that are listened to on this member: {values}.",
            notes: "A stream of others is answered 503."
        ) { $0.fanOut.maximumFeeds = $1 },
    ]

    private static let process: [Setting] = [
        Setting(
            "loops", .number(1...512), "How many event loops, which are threads: {values}; without it, one a core.",
            otherwise: { String($0.loops) }
        ) { $0.loops = $1 },
        Setting(
            "log-level", .choice(of: Logger.Level.self, "LEVEL"), default: "notice", "{values}."
        ) { $0.logLevel = $1 },
        Setting(
            "log-format", .choice(of: LogFormat.self), default: "text",
            "How the log is written: lines for people, or JSON with a line for each entry.",
            notes: "More [below](#the-log)."
        ) { $0.logFormat = $1 },
        Setting(
            "access-log", .toggle, default: "false",
            "Log a line for every request that was answered, and for every stream that has ended.",
            notes: "It names neither topics nor tokens. More [below](#the-log)."
        ) { $0.logsRequests = $1 },
        Setting(
            "demo", .toggle, default: "false", "Show a page at `/`.",
            notes: "For it the time is published once a second on the topic `clock`."
        ) { $0.server.isDemo = $1 },
        Setting(
            "ws-echo", .freePath,
            "A path, such as `/echo`, whose WebSocket sends every message back; without it, none.",
            notes: "For conformance suites."
        ) { $0.server.webSocketEchoPath = $1 },
    ]
}
