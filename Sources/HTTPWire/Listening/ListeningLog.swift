public import ByteStreams
public import Logging
import NIOCore

/// What a listener says of connections that it can't take or serve: each thing every 30 s at most.
public final class ListeningLog: Sendable {
    private let logger: Logger
    /// The setting that caps the connections.
    private let setting: String
    private let full = LogInterval()
    private let address = LogInterval()
    private let shortage = LogInterval()
    private let loss = LogInterval()
    private let flood = LogInterval()

    /// Makes a log.
    /// - Parameters:
    ///   - logger: Gets the lines.
    ///   - setting: The setting that caps the connections.
    public init(_ logger: Logger, setting: String) {
        self.logger = logger
        self.setting = setting
    }

    /// A connection came for which there is no ordinary place.
    func isFull(_ ledger: ConnectionLedger) {
        guard let times = self.full.pass() else { return }
        var metadata: Logger.Metadata = [
            "cap": "\(self.setting)", "connections": "\(ledger.total)", "limit": "\(ledger.caps.ordinary)",
            "times": "\(times)",
        ]
        if let (address, count) = ledger.greatestHolder {
            metadata["most-by"] = "\(address)"
            metadata["held"] = "\(count)"
        }
        self.logger.warning("the cap on connections is reached", metadata: metadata)
    }

    /// An address has more than it may have.
    public func isFull(_ address: ClientAddress?, _ count: Int) {
        guard let times = self.address.pass() else { return }
        self.logger.warning(
            "the cap on connections of an address is reached",
            metadata: [
                "cap": "--max-connections-per-address", "address": "\(address.map(\.description) ?? "unknown")",
                "held": "\(count)", "times": "\(times)",
            ])
    }

    /// A client sent frames of HTTP/2 that bring nothing, and lost its connection.
    func isFlooded(by address: ClientAddress?, isProxy: Bool) {
        guard let times = self.flood.pass() else { return }
        self.logger.warning(
            "a client that floods the hub with frames of HTTP/2 is cut off",
            metadata: [
                "address": "\(address.map(\.description) ?? "unknown")", "trusted-proxy": "\(isProxy)",
                "times": "\(times)",
            ])
    }

    /// A connection can't be accepted for want of something.
    func pauses(_ error: IOError, openFiles: Int) {
        guard let times = self.shortage.pass() else { return }
        self.logger.error(
            "accepting connections pauses: the process or the system is out of files or memory",
            metadata: ["reason": "\(error)", "open-files": "\(openFiles)", "times": "\(times)"])
    }

    /// The listening socket is gone.
    func isLost(_ error: (any Error)?) {
        guard self.loss.pass() != nil else { return }
        self.logger.error(
            "the listening socket was lost, and is made anew",
            metadata: error.map { ["reason": "\($0)"] } ?? [:])
    }
}
