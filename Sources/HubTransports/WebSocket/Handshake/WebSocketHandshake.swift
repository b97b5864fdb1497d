import ByteStrings
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
        guard Self.names("websocket", in: headers.list("Upgrade")),
            Self.names("upgrade", in: headers.list("Connection"))
        else { throw Self.needsUpgrade }
        guard headers.fields("Sec-WebSocket-Version") == ["13"] else {
            throw StreamRefusal(
                .upgradeRequired, "the version of WebSocket must be 13 (Sec-WebSocket-Version)",
                headers: ["Sec-WebSocket-Version": "13", "Upgrade": "websocket", "Connection": "Upgrade"])
        }
        let keys = headers.fields("Sec-WebSocket-Key")
        guard keys.count == 1, let key = WebSocketKey(keys[0]) else {
            throw StreamRefusal(.badRequest, "Sec-WebSocket-Key must be there once, and be the base64 of 16 bytes")
        }
        self.accept = key.answer
        // More than 32 subprotocols or extensions count as none.
        self.hasSubprotocol = headers.list("Sec-WebSocket-Protocol")?.contains(ByteString(Self.subprotocol)) ?? false
        self.compression = CompressionOffer.first(in: headers.list("Sec-WebSocket-Extensions") ?? [])
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

    private static func names(_ token: ByteString, in list: [ByteString]?) -> Bool {
        list?.contains { $0.equalsIgnoringCase(token) } ?? false
    }
}
