import ByteStrings
import HTTPTypes
import NIOHPACK

/// Reads the head of a request of HTTP/2 (RFC 9113, 8.2 and 8.3), by its bytes.
struct HTTP2HeadReader {
    /// The head breaks a rule that makes a request malformed (RFC 9113, 8.1.1): its stream is reset.
    struct Malformed: Error {}

    private static let connectionFields: Set<ByteString> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
    ]

    private var method: String?
    private var scheme: String?
    private var path: String?
    private var authority: String?
    private var fields = HTTPFields()
    private var hosts: [ByteString] = []
    private var cookies: [String] = []
    private var fieldCount = 0
    private var byteCount = 0

    /// Reads a head.
    /// - Parameters:
    ///   - block: Its fields, the pseudo-header fields included.
    ///   - announcesBody: Whether a body follows.
    ///   - limits: What it may be.
    static func read(_ block: HPACKHeaders, announcesBody: Bool, limits: HTTPLimits) throws(Malformed) -> RequestHead {
        var reader = Self()
        for (name, value, _) in block { try reader.take(name, value) }
        return try reader.head(announcesBody: announcesBody, limits)
    }

    /// Checks fields that come after a body, which are of no use.
    static func checkTrailers(_ block: HPACKHeaders) throws(Malformed) {
        var reader = Self()
        for (name, value, _) in block { try reader.take(field: name, value) }
    }

    private mutating func take(_ name: String, _ value: String) throws(Malformed) {
        guard name.utf8.first == UInt8(ascii: ":") else { return try self.take(field: name, value) }
        guard self.fieldCount == 0, Self.isValid(value: value.utf8) else { throw Malformed() }
        switch ByteString(name) {
        case ":method": try Self.set(&self.method, value)
        case ":scheme":
            guard ["http", "https"].contains(where: { ByteString(value).equalsIgnoringCase($0) }) else {
                throw Malformed()
            }
            try Self.set(&self.scheme, value)
        case ":path":
            guard !value.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { throw Malformed() }
            try Self.set(&self.path, value)
        case ":authority": try Self.set(&self.authority, value)
        default: throw Malformed()
        }
    }

    private static func set(_ field: inout String?, _ value: String) throws(Malformed) {
        guard field == nil else { throw Malformed() }
        field = value
    }

    private mutating func take(field name: String, _ value: String) throws(Malformed) {
        let bytes = ByteString(name)
        guard !bytes.isEmpty, !name.utf8.contains(where: { 0x41...0x5A ~= $0 }), let known = HTTPField.Name(name),
            Self.isValid(value: value.utf8), !Self.connectionFields.contains(bytes),
            bytes != "te" || ByteString(value).equalsIgnoringCase("trailers")
        else { throw Malformed() }
        self.fieldCount += 1
        self.byteCount += bytes.count + value.utf8.count + 4
        switch bytes {
        case "host": self.hosts.append(ByteString(value))
        // It may come in several, which are one (RFC 9113, 8.2.3).
        case "cookie": self.cookies.append(value)
        default: self.fields.append(HTTPField(name: known, value: value))
        }
    }

    /// Whether a field may have this value (RFC 9113, 8.2.1).
    private static func isValid(value: String.UTF8View) -> Bool {
        guard !value.contains(where: { $0 == 0x00 || $0 == 0x0A || $0 == 0x0D }) else { return false }
        guard let first = value.first, let last = value.last else { return true }
        return ![first, last].contains { $0 == 0x20 || $0 == 0x09 }
    }

    private consuming func head(announcesBody: Bool, _ limits: HTTPLimits) throws(Malformed) -> RequestHead {
        guard let name = self.method else { throw Malformed() }
        // It asks for a tunnel to an authority, and has neither a scheme nor a path (RFC 9113, 8.5).
        let isConnect = ByteString(name) == "CONNECT"
        let target = isConnect ? self.authority : self.path
        guard let target, !target.utf8.isEmpty, (self.scheme != nil) == !isConnect, (self.path != nil) == !isConnect
        else { throw Malformed() }
        if !self.cookies.isEmpty {
            self.fields.append(HTTPField(name: .cookie, value: self.cookies.joined(separator: "; ")))
        }
        let method = HTTPRequest.Method(name)
        let host = self.authority.map { ByteString($0) } ?? self.hosts.first
        var head = RequestHead(
            method ?? .options, target, authority: host?.string, fields: self.fields,
            announcesBody: announcesBody,
            fault: method == nil ? Problem(.notImplemented, "no such request method") : self.fault(limits, host, target)
        )
        head.version = "HTTP/2"
        return head
    }

    private func fault(_ limits: HTTPLimits, _ host: ByteString?, _ target: String) -> Problem? {
        do throws(Problem) {
            guard let host, self.hosts.allSatisfy({ $0.equalsIgnoringCase(host) }), self.hosts.count <= 1 else {
                throw Problem(
                    .badRequest, "a request needs one host, as :authority or Host, and the same if it has both")
            }
            let rules = FieldRules(limits: limits)
            try rules.check(host: host)
            try rules.check(self.fields, count: self.fieldCount, byteCount: self.byteCount)
            guard self.fields[values: .contentLength].allSatisfy({ ByteString($0).isDigits }),
                self.fields[values: .contentLength].count <= 1
            else { throw Problem(.badRequest, "the Content-Length field must be there once, and be a number") }
            // A path is never an absolute URI (RFC 9113, 8.3.1).
            guard target.utf8.first == UInt8(ascii: "/") || ByteString(target) == "*" else {
                throw Problem(.badRequest, "the :path of a request must start with '/'")
            }
            return nil
        } catch {
            return error
        }
    }
}
