import Logging
import Synchronization

/// Keeps the lines that are logged at notice and above.
final class LogRecorder: LogHandler {
    private let lines = Mutex<[String]>([])

    var all: [String] { self.lines.withLock { $0 } }

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
        let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
        self.lines.withLock { $0.append("\(event.level) \(event.message)\(reason)") }
    }
}
