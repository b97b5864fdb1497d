import HubServer

/// Where failures are told.
enum StandardError {
    /// Writes one line, and waits for it, but not for ever: nobody may be reading.
    static func complain(_ message: String) {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        LogWriter.standardError.write(Array("hub: \(line)\n".utf8))
        LogWriter.standardError.flush()
    }
}
