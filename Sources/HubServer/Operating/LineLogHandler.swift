public import Logging

/// Logs one line an entry, in the format of its writer.
public struct LineLogHandler: LogHandler {
    /// The least level that is logged.
    public var logLevel: Logger.Level
    /// What every line says.
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private let writer: LogWriter

    /// Makes a handler.
    /// - Parameters:
    ///   - label: Which part of the hub logs.
    ///   - level: The least level that is logged.
    ///   - writer: Takes the lines.
    public init(label: String, level: Logger.Level, writer: LogWriter = .standardError) {
        self.label = label
        self.logLevel = level
        self.writer = writer
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
        self.writer.write(self.writer.format.line(event.level, label: self.label, "\(event.message)", metadata))
    }
}
