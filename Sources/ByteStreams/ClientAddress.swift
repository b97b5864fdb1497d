public import NIOCore

/// The IP address of a client, IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2), so that both families compare alike.
public struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes: the network, of an IPv6 address.
    public let high: UInt64
    /// The other eight.
    public let low: UInt64

    /// Stands for whoever has none.
    public static let unknown = ClientAddress(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address of a connection; `nil` if it is not one of the internet.
    public init?(_ address: SocketAddress) {
        // Where the address stands in sockaddr_in and sockaddr_in6 is the same on every system.
        switch address {
        case .v4: self.init(high: 0, low: 0xFFFF_0000_0000 | Self.number(4..<8, of: address))
        case .v6: self.init(high: Self.number(8..<16, of: address), low: Self.number(16..<24, of: address))
        case .unixDomainSocket: return nil
        }
    }

    private static func number(_ range: Range<Int>, of address: SocketAddress) -> UInt64 {
        address.withSockAddr { pointer, size in
            UnsafeRawBufferPointer(start: pointer, count: size)[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// The address as people write it.
    public var description: String {
        let number = [self.high, self.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) }
        }
        let packed = ByteBuffer(bytes: self.isIPv4 ? number[12...] : number[...])
        return (try? SocketAddress(packedIPAddress: packed, port: 0))?.ipAddress ?? "?"
    }

    /// Reads an address as proxies write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
    public init?(_ text: some StringProtocol) {
        // The longest is an IPv6 address in brackets with a port; what is ASCII can be taken apart as a string.
        guard text.utf8.count <= 64, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var text = String(text)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            text = String(text[text.index(after: text.startIndex)..<end])
        } else if text.contains("."), let colon = text.lastIndex(of: ":"), !text[..<colon].contains(":") {
            text = String(text[..<colon])
        }
        guard !text.contains("%"), let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        self.init(address)
    }

    private var isIPv4: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

    /// What is counted as one client: an IPv4 address, or the /64 network that one IPv6 subscriber usually has.
    public var countedAs: ClientAddress {
        self.isIPv4 ? self : ClientAddress(high: self.high, low: 0)
    }
}
