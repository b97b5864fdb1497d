import ByteStrings
import HubServer

/// Variables that are named as the hub's are, and that are none: most likely somebody has misspelt one.
struct UnknownVariables {
    /// Nobody reads more of them.
    private static let maximumCount = 16
    /// Those of hubctl, of `.env` beside docker-compose.yml, and of building and testing the hub.
    private static let others: Set<ByteString> = [
        "HUB_URL", "HUB_TOKEN", "HUB_TOKEN_KEY",
        "HUB_ADDRESS", "HUB_BINARIES", "HUB_TLS", "HUB_VERSION",
        "HUB_BINARY", "HUB_DEBIAN_MIRROR", "HUB_HIREDIS", "HUB_SANITIZER", "HUB_WRITE_DOCS",
    ]
    private static let otherBeginnings: [ByteString] = ["HUB_TEST_", "HUB_FUZZ_", "HUB_SIMULATION_", "HUB_HOSTILE_"]

    /// Their names, sorted.
    let names: [String]

    /// Looks for them.
    /// - Parameter environment: The variables.
    init(in environment: [String: String]) {
        let known = Set(([.configurationFile] + Setting.all).map { ByteString($0.variable) })
        let names = environment.filter { name, value in
            let name = ByteString(name)
            return name.hasPrefix("HUB_") && !known.contains(name) && !Self.others.contains(name)
                && !Self.otherBeginnings.contains(where: name.hasPrefix)
                && !ServiceVariable.isOne(name, value: ByteString(value))
        }.keys.map { ByteString($0) }
        self.names = names.sorted().prefix(Self.maximumCount).map { $0.shortened(to: 64) }
    }

    /// A line for each of them.
    var complaints: [String] { self.names.map { "'\($0)' in the environment is not a setting; hub --help lists them" } }
}

/// What Kubernetes and Docker put into the environment about a service that is called hub, or hub-something.
enum ServiceVariable {
    private static let protocols: [ByteString] = ["tcp://", "udp://", "sctp://"]

    /// Whether a variable is one.
    static func isOne(_ name: ByteString, value: ByteString) -> Bool {
        self.isAddress(value) || name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT")
            || name.contains("_SERVICE_PORT_") || self.isOfPort(name) || name == "HUB_NAME"
            || name.hasPrefix("HUB_ENV_")
    }

    /// Whether a value is the address of a service, as `HUB_PORT=tcp://10.96.0.1:80`.
    static func isAddress(_ value: ByteString) -> Bool { self.protocols.contains(where: value.hasPrefix) }

    /// `…_PORT_8080_TCP` and what follows from it.
    private static func isOfPort(_ name: ByteString) -> Bool {
        let parts = name.split(at: UInt8(ascii: "_"), maximumCount: 64) ?? []
        return zip(parts, parts.dropFirst()).contains { $0 == "PORT" && $1.isDigits }
    }
}
