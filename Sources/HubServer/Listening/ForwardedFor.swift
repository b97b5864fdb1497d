import NIOHTTP1

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
struct ForwardedFor {
    let trusted: [AddressRange]
    let field: ForwardedField

    func isTrusted(_ address: ClientAddress) -> Bool {
        self.trusted.contains { $0.contains(address) }
    }

    /// The client's address.
    /// - Parameters:
    ///   - peer: The connection's own address.
    ///   - headers: The request's header fields, believed only if the peer is trusted.
    func client(of peer: ClientAddress, headers: HTTPHeaders) -> ClientAddress {
        guard self.isTrusted(peer) else { return peer }
        var client = peer
        for hop in self.hops(headers).reversed() {
            guard let address = ClientAddress(hop) else { return client }
            client = address
            guard self.isTrusted(address) else { return client }
        }
        return client
    }

    private func hops(_ headers: HTTPHeaders) -> [String] {
        guard self.field == .forwarded else { return headers[canonicalForm: "X-Forwarded-For"].map(String.init) }
        return headers[canonicalForm: "Forwarded"].map { element in
            let pairs = element.split(separator: ";").map { $0.split(separator: "=", maxSplits: 1) }
            let pair = pairs.first { $0.count == 2 && $0[0].filter { $0 != " " }.lowercased() == "for" }
            return pair.map { $0[1].filter { $0 != "\"" && $0 != " " } } ?? ""
        }
    }
}
