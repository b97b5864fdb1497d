import HTTPWire
import HubCore
public import Logging

/// Logs one line an entry: `2026-01-31T12:00:00.250Z notice listening address=127.0.0.1:8080`.
///
/// The message is constant and the metadata vary, sorted by name; a value with spaces, quotes or control characters is
/// quoted and escaped, so that nothing that came from outside can forge a line.
public struct LineLogHandler: LogHandler {
    /// The least level that is logged.
    public var logLevel: Logger.Level
    /// What every line says.
    public var metadata: Logger.Metadata = [:]
    private let writer: LogWriter

    /// Makes a handler.
    /// - Parameters:
    ///   - level: The least level that is logged.
    ///   - writer: Takes the lines.
    public init(level: Logger.Level, writer: LogWriter = .standardError) {
        self.logLevel = level
        self.writer = writer
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
        self.writer.write(Self.line(event.level, "\(event.message)", metadata))
    }

    /// A line of now.
    static func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> [UInt8] {
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
        return Array("\(Self.time) \(level) \(message)\(pairs.joined())\n".utf8)
    }

    static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F && $0 != 0x3D }
        guard !isPlain else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": quoted += "\\u{\(String(scalar.value, radix: 16))}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static var time: String {
        let now = Int(WallClock.milliseconds)
        let (days, rest) = now.quotientAndRemainder(dividingBy: 86_400_000)
        let date = DateField.civil(days: days)
        let parts = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { self.padded($0, 2) }
        return "\(date.year)-\(self.padded(date.month, 2))-\(self.padded(date.day, 2))T\(parts.joined(separator: ":"))"
            + ".\(self.padded(rest % 1000, 3))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
