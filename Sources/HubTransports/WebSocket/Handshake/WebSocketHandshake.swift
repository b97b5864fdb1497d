import ByteStrings
import HTTPTypes
import HTTPWire

/// What a client's opening handshake asks for, and the response to it (RFC 6455, 4.2).
struct WebSocketHandshake {
    /// The subprotocol of the hub's messages.
    static let subprotocol = "hub.v1+json"

    private let accept: String
    private let hasSubprotocol: Bool
    private let compression: CompressionOffer?

    /// Reads the head of a GET.
    /// - Throws: A refusal that says what is missing.
    init(_ fields: HTTPFields) throws(Problem) {
        guard Self.names("websocket", in: fields.list(.upgrade)),
            Self.names("upgrade", in: fields.list(.connection))
        else { throw Self.needsUpgrade }
        guard fields.fields(.secWebSocketVersion) == ["13"] else {
            throw Problem(
                .upgradeRequired, "the version of WebSocket must be 13 (Sec-WebSocket-Version)",
                fields: [.secWebSocketVersion: "13", .upgrade: "websocket", .connection: "Upgrade"])
        }
        let keys = fields.fields(.secWebSocketKey)
        guard keys.count == 1, let key = WebSocketKey(keys[0]) else {
            throw Problem(.badRequest, "Sec-WebSocket-Key must be there once, and be the base64 of 16 bytes")
        }
        self.accept = key.answer
        // More than 32 subprotocols or extensions count as none.
        self.hasSubprotocol = fields.list(.secWebSocketProtocol)?.contains(ByteString(Self.subprotocol)) ?? false
        self.compression = CompressionOffer.first(in: fields.list(.secWebSocketExtensions) ?? [])
    }

    /// Whether messages may be compressed.
    var compresses: Bool { self.compression != nil }

    /// The fields of the response.
    /// - Parameters:
    ///   - common: Fields that every response to the request carries.
    ///   - namesSubprotocol: Whether the path speaks the hub's subprotocol.
    func fields(_ common: HTTPFields, namesSubprotocol: Bool) -> HTTPFields {
        var fields = common
        fields[.upgrade] = "websocket"
        fields[.connection] = "Upgrade"
        fields[.secWebSocketAccept] = self.accept
        if namesSubprotocol, self.hasSubprotocol { fields[.secWebSocketProtocol] = Self.subprotocol }
        if let compression { fields[.secWebSocketExtensions] = compression.response }
        return fields
    }

    /// The refusal of a request that asks for no upgrade.
    static let needsUpgrade = Problem(
        .upgradeRequired, "this path speaks WebSocket: a client asks for it with 'Upgrade: websocket'",
        fields: [.upgrade: "websocket", .connection: "Upgrade"])

    private static func names(_ token: ByteString, in list: [ByteString]?) -> Bool {
        list?.contains { $0.equalsIgnoringCase(token) } ?? false
    }
}
