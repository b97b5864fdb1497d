import NIOHTTP1

/// What a client's opening handshake asks for, and the answer to it (RFC 6455, 4.2).
struct WebSocketHandshake {
    /// The subprotocol of the hub's messages.
    static let subprotocol = "hub.v1+json"

    private let accept: String
    private let hasSubprotocol: Bool
    private let compression: CompressionOffer?

    /// Reads the head of a GET.
    /// - Throws: A refusal that says what is missing.
    init(_ headers: HTTPHeaders) throws(StreamRefusal) {
        guard Self.tokens(headers, "Upgrade").contains("websocket"),
            Self.tokens(headers, "Connection").contains("upgrade")
        else { throw Self.needsUpgrade }
        guard headers["Sec-WebSocket-Version"].map({ $0.filter { $0 != " " } }) == ["13"] else {
            throw StreamRefusal(
                .upgradeRequired, "the version of WebSocket must be 13 (Sec-WebSocket-Version)",
                headers: ["Sec-WebSocket-Version": "13", "Upgrade": "websocket", "Connection": "Upgrade"])
        }
        let keys = headers["Sec-WebSocket-Key"]
        guard keys.count == 1, let key = WebSocketKey(keys[0].filter { $0 != " " }) else {
            throw StreamRefusal(.badRequest, "Sec-WebSocket-Key must be there once, and be the base64 of 16 bytes")
        }
        self.accept = key.answer
        self.hasSubprotocol = headers[canonicalForm: "Sec-WebSocket-Protocol"].contains { $0 == Self.subprotocol }
        self.compression = CompressionOffer.first(in: headers["Sec-WebSocket-Extensions"])
    }

    /// Whether messages may be compressed.
    var compresses: Bool { self.compression != nil }

    /// The answer.
    /// - Parameters:
    ///   - common: Fields that every answer to the request carries.
    ///   - namesSubprotocol: Whether the path speaks the hub's subprotocol.
    func head(_ common: HTTPHeaders, namesSubprotocol: Bool) -> HTTPResponseHead {
        var headers = common
        headers.replaceOrAdd(name: "Upgrade", value: "websocket")
        headers.replaceOrAdd(name: "Connection", value: "Upgrade")
        headers.replaceOrAdd(name: "Sec-WebSocket-Accept", value: self.accept)
        if namesSubprotocol, self.hasSubprotocol {
            headers.replaceOrAdd(name: "Sec-WebSocket-Protocol", value: Self.subprotocol)
        }
        if let compression {
            headers.replaceOrAdd(name: "Sec-WebSocket-Extensions", value: compression.answer)
        }
        return HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
    }

    /// The refusal of a request that asks for no upgrade.
    static let needsUpgrade = StreamRefusal(
        .upgradeRequired, "this path speaks WebSocket: a client asks for it with 'Upgrade: websocket'",
        headers: ["Upgrade": "websocket", "Connection": "Upgrade"])

    private static func tokens(_ headers: HTTPHeaders, _ name: String) -> [String] {
        headers[canonicalForm: name].map { $0.lowercased() }
    }
}
