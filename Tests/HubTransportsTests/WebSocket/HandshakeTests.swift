import HTTPTypes
import HTTPWire
import TestSupport
import Testing

@testable import HubTransports

struct HandshakeTests {
    private static let fields: HTTPFields = [
        .upgrade: "websocket", .connection: "keep-alive, Upgrade", .secWebSocketVersion: "13",
        .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private static func changed(_ name: String, _ value: String?) -> HTTPFields {
        var fields = self.fields.filter { $0.name.canonicalName != name.lowercased() }
        if let value { fields += HTTPFields(pairs: [(name, value)]) }
        return fields
    }

    @Test func theKeyIsAnsweredAsTheStandardShows() throws {
        let fields = try WebSocketHandshake(Self.fields).fields([.vary: "Origin"], namesSubprotocol: true)
        #expect(fields.value("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(fields.value("Upgrade") == "websocket")
        #expect(fields.value("Connection") == "Upgrade")
        #expect(fields.value("Vary") == "Origin")
        #expect(fields.value("Sec-WebSocket-Protocol") == nil)
        #expect(fields.value("Sec-WebSocket-Extensions") == nil)
    }

    @Test(arguments: [
        ("Upgrade", nil), ("Upgrade", "h2c"), ("Connection", nil), ("Connection", "keep-alive"),
        ("Sec-WebSocket-Version", nil), ("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Version", "13, 8"),
    ])
    func whatIsNoUpgradeToThisVersionIsToldWhatIs(_ name: String, _ value: String?) {
        let refusal = #expect(throws: Problem.self) { try WebSocketHandshake(Self.changed(name, value)) }
        #expect(refusal?.status == .upgradeRequired)
        #expect(refusal?.fields.value("Upgrade") == "websocket")
        let version = name == "Sec-WebSocket-Version" ? "13" : nil
        #expect(refusal?.fields.value("Sec-WebSocket-Version") == version)
    }

    @Test(arguments: [
        nil, "", "abc", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25j*Q==",
        "dGhlIHNhbXBsZSBub25jZWQ=", "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ==",
    ])
    func aKeyIsTheBase64OfSixteenBytes(_ key: String?) {
        let refusal = #expect(throws: Problem.self) {
            try WebSocketHandshake(Self.changed("Sec-WebSocket-Key", key))
        }
        #expect(refusal?.status == .badRequest)
    }

    @Test(arguments: [
        ("hub.v1+json", "hub.v1+json"), ("soap, hub.v1+json", "hub.v1+json"), ("soap", nil), ("HUB.v1+json", nil),
    ])
    func theSubprotocolIsChosenIfItIsOffered(_ offered: String, _ chosen: String?) throws {
        let handshake = try WebSocketHandshake(Self.changed("Sec-WebSocket-Protocol", offered))
        let fields = handshake.fields([:], namesSubprotocol: true)
        #expect(fields.value("Sec-WebSocket-Protocol") == chosen)
        #expect(handshake.fields([:], namesSubprotocol: false).value("Sec-WebSocket-Protocol") == nil)
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
        let answer = handshake.fields([:], namesSubprotocol: true).value("Sec-WebSocket-Extensions")
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
