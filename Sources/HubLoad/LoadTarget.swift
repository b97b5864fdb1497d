#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A server under load: where it is, and how it is asked for a stream and given an event.
public struct LoadTarget: Sendable {
    /// Whose paths it understands.
    public enum Dialect: Sendable {
        /// A hub's, or the floor's.
        case hub
        /// nginx's with Nchan, as the benchmark configures it: `/sub/TOPIC` and `/pub/TOPIC`.
        case nchan
    }

    /// Where it listens.
    public let address: TCPAddress
    private let authority: String
    private let base: String
    private let dialect: Dialect
    private let token: String?
    private let topicPrefix: String

    /// Makes a target of its address.
    /// - Parameters:
    ///   - url: `http://HOST[:PORT][/PATH]`.
    ///   - topicPrefix: What the names of the topics begin with: letters, digits and hyphens.
    ///   - token: The publish key.
    /// - Throws: ``LoadFailure`` if it is not such an address, or the host is unknown.
    public init(url: String, dialect: Dialect = .hub, topicPrefix: String = "bench", token: String? = nil)
        throws(LoadFailure)
    {
        guard !url.hasPrefix("https://") else {
            throw LoadFailure(
                "\(url): https is not measured, since its cost would be this process's own; name a plain http:// address"
            )
        }
        guard url.hasPrefix("http://") else { throw LoadFailure("'\(url)' is not an http:// address") }
        let rest = url.dropFirst(7)
        self.authority = String(rest.prefix { $0 != "/" })
        let path = rest.dropFirst(self.authority.count)
        self.base = String(path.hasSuffix("/") ? path.dropLast() : path)
        let (host, port) = try Self.split(self.authority, of: url)
        self.address = try TCPAddress(host: host, port: port)
        self.dialect = dialect
        self.topicPrefix = topicPrefix
        self.token = token
    }

    /// The name of a topic by its number.
    public func topic(_ number: Int) -> String { "\(self.topicPrefix)-\(number)" }

    /// The request for a stream.
    /// - Parameters:
    ///   - lastEventID: The cursor to resume from.
    ///   - token: What the stream is let in by, where not everybody is.
    func subscribing(to topics: [Int], lastEventID: String?, token: String? = nil) -> [UInt8] {
        let path =
            switch self.dialect {
            case .hub: "/sse?" + topics.map { "topic=\(self.topic($0))" }.joined(separator: "&")
            case .nchan: "/sub/" + topics.map(self.topic).joined(separator: ",")
            }
        var head = self.head("GET", path) + "Accept: text/event-stream\r\n"
        if let lastEventID { head += "Last-Event-ID: \(lastEventID)\r\n" }
        return Array((head + Self.authorization(token) + "\r\n").utf8)
    }

    /// The request that publishes events of one topic: as they are, or several as a batch.
    func publishing(_ events: [[UInt8]], to topic: Int) -> [UInt8] {
        guard events.count > 1 || self.dialect == .nchan else {
            return self.post("/publish?topic=\(self.topic(topic))", type: "text/plain", events.first ?? [])
        }
        guard self.dialect == .hub else { return self.post("/pub/\(self.topic(topic))", type: "text/plain", events[0]) }
        let line = Array(#"{"topic":"\#(self.topic(topic))","data":""#.utf8)
        return self.post(
            "/publish", type: "application/x-ndjson", Array(events.map { line + $0 + Array("\"}\n".utf8) }.joined()))
    }

    private func post(_ path: String, type: String, _ body: [UInt8]) -> [UInt8] {
        let fields =
            "Content-Type: \(type)\r\nContent-Length: \(body.count)\r\n\(Self.authorization(self.token))\r\n"
        return Array((self.head("POST", path) + fields).utf8) + body
    }

    private static func authorization(_ token: String?) -> String {
        token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    }

    private func head(_ method: String, _ path: String) -> String {
        "\(method) \(self.base)\(path) HTTP/1.1\r\nHost: \(self.authority)\r\nUser-Agent: hubload\r\n"
    }

    private static func split(_ authority: String, of url: String) throws(LoadFailure) -> (host: String, port: Int) {
        guard !authority.isEmpty, !authority.hasPrefix(":") else { throw LoadFailure("'\(url)' names no host") }
        let afterHost = authority.lastIndex(of: "]").map { authority.index(after: $0) } ?? authority.startIndex
        guard let colon = authority[afterHost...].firstIndex(of: ":") else { return (Self.bare(authority[...]), 80) }
        guard let port = Int(authority[authority.index(after: colon)...]), (1...65535).contains(port) else {
            throw LoadFailure("'\(url)' has no valid port")
        }
        return (Self.bare(authority[..<colon]), port)
    }

    /// A host without the brackets of an IPv6 address.
    private static func bare(_ host: Substring) -> String {
        String(host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host)
    }
}

/// Why a load can't be made, in one line that a person can act on.
public struct LoadFailure: Error, CustomStringConvertible {
    public let description: String

    /// Makes a failure.
    public init(_ description: String) {
        self.description = description
    }

    /// A system call failed.
    static func system(_ call: String, _ code: CInt = errno) -> LoadFailure {
        LoadFailure("\(call): \(String(cString: strerror(code)))")
    }
}
