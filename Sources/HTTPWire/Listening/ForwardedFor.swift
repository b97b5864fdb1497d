public import ByteStreams
import ByteStrings
public import HTTPTypes

/// The field in which a proxy says whose request it passes on.
public enum ForwardedField: String, CaseIterable, Sendable {
    /// `X-Forwarded-For`, which nearly every proxy writes.
    case xForwardedFor = "x-forwarded-for"
    /// `Forwarded` (RFC 7239).
    case forwarded
}

/// Finds the client behind trusted proxies, by the one field that they write. The other is what the client itself sent: a proxy
/// that does not know a field passes it on.
///
/// Each proxy appends the address that it saw, so the list is read from the right: past every trusted hop, the first
/// address that is not trusted is the client. What is further left, the client itself may have written.
public struct ForwardedFor: Sendable {
    private let trusted: [AddressRange]
    private let field: ForwardedField

    /// Makes a rule.
    /// - Parameters:
    ///   - trusted: The proxies whose word counts.
    ///   - field: Where they say it.
    public init(trusted: [AddressRange], field: ForwardedField) {
        self.trusted = trusted
        self.field = field
    }

    /// Whether an address is that of a proxy whose word counts.
    public func isTrusted(_ address: ClientAddress) -> Bool {
        self.trusted.contains { $0.contains(address) }
    }

    /// The client's address.
    /// - Parameters:
    ///   - peer: The connection's own address.
    ///   - fields: The request's header fields, believed only if the peer is trusted.
    public func client(of peer: ClientAddress, fields: HTTPFields) -> ClientAddress {
        guard self.isTrusted(peer) else { return peer }
        var client = peer
        for hop in self.hops(fields).reversed() {
            guard let address = ClientAddress(hop) else { return client }
            client = address
            guard self.isTrusted(address) else { return client }
        }
        return client
    }

    private func hops(_ fields: HTTPFields) -> [String] {
        guard self.field == .forwarded else { return fields.endOfList(.xForwardedFor).map(\.string) }
        return fields.endOfList(.forwarded).map { Self.value(of: "for", in: $0)?.string ?? "" }
    }

    /// The value of the first pair of a name, without quotes. An element has four pairs (RFC 7239, 4), or some more.
    private static func value(of name: ByteString, in element: ByteString) -> ByteString? {
        for pair in element.split(at: UInt8(ascii: ";"), maximumCount: 16) ?? [] {
            let (own, value) = pair.cut(at: UInt8(ascii: "="))
            guard let value = value?.trimmed, own.trimmed.equalsIgnoringCase(name) else { continue }
            return value.hasPrefix("\"") && value.hasSuffix("\"") ? value.dropFirst().dropLast() : value
        }
        return nil
    }
}
