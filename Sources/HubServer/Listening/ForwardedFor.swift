import NIOHTTP1

/// Finds the client behind trusted proxies, by `Forwarded` (RFC 7239) or `X-Forwarded-For`.
///
/// Each proxy appends the address that it saw, so the list is read from the right: past every trusted hop, the first
/// address that is not trusted is the client. What is further left, the client itself may have written.
struct ForwardedFor {
    let trusted: [AddressRange]

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
        let forwarded = headers[canonicalForm: "Forwarded"]
        guard !forwarded.isEmpty else { return headers[canonicalForm: "X-Forwarded-For"].map(String.init) }
        return forwarded.map { element in
            let pairs = element.split(separator: ";").map { $0.split(separator: "=", maxSplits: 1) }
            let pair = pairs.first { $0.count == 2 && $0[0].filter { $0 != " " }.lowercased() == "for" }
            return pair.map { $0[1].filter { $0 != "\"" && $0 != " " } } ?? ""
        }
    }
}
