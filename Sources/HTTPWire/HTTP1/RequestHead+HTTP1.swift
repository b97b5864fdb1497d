import ByteStrings
import HTTPTypes
import NIOHTTP1

extension RequestHead {
    /// The head of a request of HTTP/1.
    /// - Parameters:
    ///   - head: What the parser has read.
    ///   - limits: What it may be.
    init(_ head: HTTPRequestHead, limits: HTTPLimits) {
        var fault: Problem?
        var hosts: [ByteString] = []
        let fields = HTTPFields(head.headers, &hosts, &fault)
        do throws(Problem) {
            try HeadRules(limits: limits).check(head, hosts: hosts, fields)
        } catch {
            fault = error
        }
        let method = HTTPRequest.Method(head.method.rawValue)
        if method == nil { fault = Problem(.notImplemented, "no such request method") }
        self.init(
            method ?? .options, head.uri, authority: hosts.first?.string, fields: fields,
            announcesBody: head.announcesBody, fault: fault)
        if head.version == .http1_0 { self.version = "HTTP/1.0" }
    }
}

extension HTTPFields {
    /// The fields as the parser has read them, but for `Host`; one whose name is none is left out, and is a fault.
    fileprivate init(_ headers: HTTPHeaders, _ hosts: inout [ByteString], _ fault: inout Problem?) {
        self.init()
        self.reserveCapacity(headers.count)
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else {
                fault = Problem(.badRequest, "the name of a field must be a token (RFC 9110, 5.6.2)")
                continue
            }
            guard name.canonicalName != "host" else {
                hosts.append(ByteString(value).trimmed)
                continue
            }
            self.append(HTTPField(name: name, value: value))
        }
    }
}

extension HTTPRequestHead {
    /// Whether a body follows (RFC 9112, 6).
    var announcesBody: Bool {
        if self.headers.contains(name: "Transfer-Encoding") { return true }
        guard let length = self.headers.first(name: "Content-Length") else { return false }
        return ByteString(length).trimmed != "0"
    }

    /// Whether the client waits for leave to send the body (RFC 9110, 10.1.1).
    var expectsContinue: Bool {
        self.version != .http1_0
            && self.headers.first(name: "Expect").map { ByteString($0).trimmed }?.equalsIgnoringCase("100-continue")
                == true
    }

    /// Whether the client offers to speak another protocol, at which the parser may stop.
    var offersUpgrade: Bool { self.headers.contains(name: "Upgrade") }

    /// Whether it offers WebSocket: what it sends after that need not be HTTP.
    var offersWebSocket: Bool {
        self.headers["Upgrade"].contains { value in
            // More than anybody offers may hold anything.
            guard let offers = ByteString(value).split(at: UInt8(ascii: ","), maximumCount: 32) else { return true }
            return offers.contains { $0.trimmed.equalsIgnoringCase("websocket") }
        }
    }
}
