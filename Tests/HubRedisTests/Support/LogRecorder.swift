import Logging
import Synchronization

/// Keeps the lines that are logged at notice and above.
final class LogRecorder: LogHandler {
    private let lines = Mutex<[String]>([])
    private let connections = Mutex<[String]>([])

    /// All but those of `servers`.
    var all: [String] { self.lines.withLock { $0 } }

    /// The servers that the bus says it is connected to.
    var servers: [String] { self.connections.withLock { $0 } }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    var logLevel: Logger.Level {
        get { .notice }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        if event.message == "the Redis bus is connected", let server = event.metadata?["server"] {
            return self.connections.withLock { $0.append("\(server)") }
        }
        let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
        self.lines.withLock { $0.append("\(event.level) \(event.message)\(reason)") }
    }
}
