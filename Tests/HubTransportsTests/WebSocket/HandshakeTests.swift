import NIOHTTP1
import Testing

@testable import HubTransports

struct HandshakeTests {
    private static let headers: HTTPHeaders = [
        "Upgrade": "websocket", "Connection": "keep-alive, Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private static func changed(_ name: String, _ value: String?) -> HTTPHeaders {
        var headers = self.headers
        headers.remove(name: name)
        if let value { headers.add(name: name, value: value) }
        return headers
    }

    @Test func theKeyIsAnsweredAsTheStandardShows() throws {
        let head = try WebSocketHandshake(Self.headers).head(["Vary": "Origin"], namesSubprotocol: true)
        #expect(head.status == .switchingProtocols)
        #expect(head.headers.first(name: "Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(head.headers.first(name: "Upgrade") == "websocket")
        #expect(head.headers.first(name: "Connection") == "Upgrade")
        #expect(head.headers.first(name: "Vary") == "Origin")
        #expect(!head.headers.contains(name: "Sec-WebSocket-Protocol"))
        #expect(!head.headers.contains(name: "Sec-WebSocket-Extensions"))
    }

    @Test(arguments: [
        ("Upgrade", nil), ("Upgrade", "h2c"), ("Connection", nil), ("Connection", "keep-alive"),
        ("Sec-WebSocket-Version", nil), ("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Version", "13, 8"),
    ])
    func whatIsNoUpgradeToThisVersionIsToldWhatIs(_ name: String, _ value: String?) {
        let refusal = #expect(throws: StreamRefusal.self) { try WebSocketHandshake(Self.changed(name, value)) }
        #expect(refusal?.status == .upgradeRequired)
        #expect(refusal?.headers.first(name: "Upgrade") == "websocket")
        let version = name == "Sec-WebSocket-Version" ? "13" : nil
        #expect(refusal?.headers.first(name: "Sec-WebSocket-Version") == version)
    }

    @Test(arguments: [
        nil, "", "abc", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25j*Q==",
        "dGhlIHNhbXBsZSBub25jZWQ=", "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ==",
    ])
    func aKeyIsTheBase64OfSixteenBytes(_ key: String?) {
        let refusal = #expect(throws: StreamRefusal.self) {
            try WebSocketHandshake(Self.changed("Sec-WebSocket-Key", key))
        }
        #expect(refusal?.status == .badRequest)
    }

    @Test(arguments: [
        ("hub.v1+json", "hub.v1+json"), ("soap, hub.v1+json", "hub.v1+json"), ("soap", nil), ("HUB.v1+json", nil),
    ])
    func theSubprotocolIsChosenIfItIsOffered(_ offered: String, _ chosen: String?) throws {
        let handshake = try WebSocketHandshake(Self.changed("Sec-WebSocket-Protocol", offered))
        let head = handshake.head([:], namesSubprotocol: true)
        #expect(head.headers.first(name: "Sec-WebSocket-Protocol") == chosen)
        #expect(!handshake.head([:], namesSubprotocol: false).headers.contains(name: "Sec-WebSocket-Protocol"))
    }

    @Test(arguments: [
        ("permessage-deflate", ""),
        ("permessage-deflate; client_max_window_bits", ""),
        ("permessage-deflate; client_max_window_bits=9; server_no_context_takeover", ""),
        ("permessage-deflate;server_max_window_bits=15", "; server_max_window_bits=15"),
        ("permessage-deflate; server_max_window_bits=\"15\"", "; server_max_window_bits=15"),
        ("x-other, permessage-deflate; server_max_window_bits=10, permessage-deflate", ""),
        ("Permessage-Deflate ; Client_No_Context_Takeover", ""),
    ])
    func anOfferOfCompressionIsAcceptedWithoutContext(_ offer: String, _ more: String) throws {
        let handshake = try WebSocketHandshake(Self.changed("Sec-WebSocket-Extensions", offer))
        #expect(handshake.compresses)
        let answer = handshake.head([:], namesSubprotocol: true).headers.first(name: "Sec-WebSocket-Extensions")
        #expect(answer == "permessage-deflate; server_no_context_takeover; client_no_context_takeover\(more)")
    }

    @Test(arguments: [
        "x-webkit-deflate-frame", "permessage-deflate; server_max_window_bits=10",
        "permessage-deflate; server_max_window_bits", "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=08", "permessage-deflate; unknown",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; server_no_context_takeover=1", "", ";", ",;=,",
    ])
    func anOfferThatCannotBeMetIsLeftOut(_ offer: String) throws {
        let handshake = try WebSocketHandshake(Self.changed("Sec-WebSocket-Extensions", offer))
        #expect(!handshake.compresses)
    }
}
