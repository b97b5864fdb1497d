import ByteStreams
import ByteStrings
import HTTPWire

/// Which addresses only this machine can reach.
enum Loopback {
    private static let ranges = ["127.0.0.0/8", "::1/128"].compactMap(AddressRange.init)

    /// Whether a host, as it was configured, is one of them.
    static func contains(_ host: ByteString) -> Bool {
        guard !host.equalsIgnoringCase("localhost") else { return true }
        guard let address = ClientAddress(host.string) else { return false }
        return self.ranges.contains { $0.contains(address) }
    }
}
