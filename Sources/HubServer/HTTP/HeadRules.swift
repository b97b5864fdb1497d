import ByteStrings
import HubTransports
import NIOHTTP1

/// What every request head must keep to, whatever it asks for, and the parser does not see to.
struct HeadRules {
    let limits: HTTPLimits

    func check(_ head: HTTPRequestHead) throws(Problem) {
        try self.checkHost(head)
        guard head.headers["Origin"].count <= 1 else {
            throw Problem(.badRequest, "a request may have one Origin field only")
        }
        try self.checkFraming(head)
        try self.checkExpectation(head.headers)
        let size = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard size <= self.limits.headBytes, head.headers.count <= self.limits.headFields else {
            throw Problem(unreadable: HTTPParserError.headerOverflow, lineByteCount: 0, limits: self.limits)
        }
    }

    /// The host that was meant decides which pages are the hub's own (RFC 9112, 3.2). HTTP/1.0 did not know the field.
    private func checkHost(_ head: HTTPRequestHead) throws(Problem) {
        let hosts = head.headers.fields("Host")
        if head.version == .http1_0, hosts.allSatisfy(\.isEmpty), hosts.count <= 1 { return }
        guard hosts.count == 1 else {
            throw Problem(.badRequest, "a request needs exactly one Host field")
        }
        guard Authority.isValid(hosts[0]) else {
            throw Problem(
                .badRequest,
                "the Host field must be a name or an address, and maybe a port, such as example.org:8080")
        }
    }

    /// How the body is framed (RFC 9112, 6.1): other codings than chunked would have to be undone first, and a message of
    /// HTTP/1.0 that claims one is framed by a rule that its sender may not know. What the parser reads out of a field that is
    /// not exactly this, a proxy may have read differently.
    private func checkFraming(_ head: HTTPRequestHead) throws(Problem) {
        let fields = head.headers.fields("Transfer-Encoding")
        guard !fields.isEmpty else { return }
        guard head.version != .http1_0 else {
            throw Problem(.badRequest, "a request of HTTP/1.0 can't have a Transfer-Encoding field")
        }
        if fields.count == 1, fields[0].equalsIgnoringCase("chunked") { return }
        let codings = fields.flatMap { $0.split(at: UInt8(ascii: ","), maximumCount: 32) ?? [""] }.map(\.trimmed)
        let isList = codings.allSatisfy { !$0.isEmpty } && codings.count { $0.equalsIgnoringCase("chunked") } <= 1
        guard isList else {
            throw Problem(.badRequest, "the Transfer-Encoding field must be there once, and be 'chunked'")
        }
        throw Problem(.notImplemented, "the only transfer coding that is understood is chunked")
    }

    private func checkExpectation(_ headers: HTTPHeaders) throws(Problem) {
        let expected = headers.list("Expect")
        guard let expected, expected.allSatisfy({ $0.equalsIgnoringCase("100-continue") }) else {
            throw Problem(.expectationFailed, "the only expectation that can be met is 100-continue")
        }
    }
}

extension HTTPRequestHead {
    /// The same head without white space around the values of its fields, which is no part of them (RFC 9110, 5.5). The parser
    /// takes it away at the beginning only.
    var withoutOuterWhiteSpace: HTTPRequestHead {
        guard self.headers.contains(where: { Self.hasOuterWhiteSpace($0.value.utf8) }) else { return self }
        var head = self
        head.headers = HTTPHeaders(self.headers.map { ($0.name, ByteString($0.value).trimmed.string) })
        return head
    }

    private static func hasOuterWhiteSpace(_ value: String.UTF8View) -> Bool {
        guard let first = value.first, let last = value.last else { return false }
        return self.isWhiteSpace(first) || self.isWhiteSpace(last)
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
