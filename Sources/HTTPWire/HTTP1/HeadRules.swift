import ByteStrings
import HTTPTypes
import NIOHTTP1

/// What every request head must keep to, whatever it asks for, and the parser does not see to.
struct HeadRules {
    let limits: HTTPLimits

    /// Checks a head.
    /// - Parameters:
    ///   - head: What the parser has read.
    ///   - hosts: The values of its `Host` fields.
    ///   - fields: Its other fields.
    func check(_ head: HTTPRequestHead, hosts: [ByteString], _ fields: HTTPFields) throws(Problem) {
        try self.checkHost(head.version, hosts)
        try self.checkFraming(head.version, fields.fields(.transferEncoding))
        let size = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        try FieldRules(limits: self.limits).check(fields, count: head.headers.count, byteCount: size)
    }

    /// There is one host (RFC 9112, 3.2). HTTP/1.0 did not know the field.
    private func checkHost(_ version: HTTPVersion, _ hosts: [ByteString]) throws(Problem) {
        if version == .http1_0, hosts.allSatisfy(\.isEmpty), hosts.count <= 1 { return }
        guard hosts.count == 1 else {
            throw Problem(.badRequest, "a request needs exactly one Host field")
        }
        try FieldRules(limits: self.limits).check(host: hosts[0])
    }

    /// How the body is framed (RFC 9112, 6.1): other codings than chunked would have to be undone first, and a message of
    /// HTTP/1.0 that claims one is framed by a rule that its sender may not know. What the parser reads out of a field that is
    /// not exactly this, a proxy may have read differently.
    private func checkFraming(_ version: HTTPVersion, _ fields: [ByteString]) throws(Problem) {
        guard !fields.isEmpty else { return }
        guard version != .http1_0 else {
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
