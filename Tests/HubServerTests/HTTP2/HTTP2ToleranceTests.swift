import HTTPWire
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What ends a stream at most, and what ends nothing: other streams of the connection go on.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2ToleranceTests {
    private static let noError: UInt32 = 0
    private static let protocolError: UInt32 = 1
    private static let flowControlError: UInt32 = 3

    private static func with(_ test: (HTTP2Client, TestServer) async throws -> Void) async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                // Until they are acknowledged the settings don't count.
                try await eventually("the settings should come") { try client.settings()[6] != nil }
                let neighbour = client.request("GET", "/sse?topic=a")
                try await client.wait(neighbour, "it begins") { $0.status == "200" }
                try await test(client, server)
                _ = try await server.request("POST", "/publish?topic=a", body: "hello")
                try await client.wait(neighbour, "it lives") { $0.text.contains("hello") }
                #expect(try client.goAways().isEmpty)
            }
        }
    }

    @Test func aWindowThatWidensByNothingEndsItsStream() async throws {
        try await Self.with { client, _ in
            let id = client.request("GET", "/sse?topic=a")
            client.widenWindow(on: id, by: 0)
            try await client.wait(id, "it should be reset") { $0.reset == Self.protocolError }
        }
    }

    @Test func aWindowThatIsTooWideEndsItsStream() async throws {
        try await Self.with { client, _ in
            let id = client.request("GET", "/sse?topic=a")
            client.widenWindow(on: id, by: 0x7FFF_FFFF)
            try await client.wait(id, "it should be reset") { $0.reset == Self.flowControlError }
        }
    }

    @Test func dataBeyondTheWindowEndTheirStreamOrItsConnection() async throws {
        try await TestServer.run { server in
            // It has not seen the settings, so its windows are those of RFC 9113, 6.9.2.
            try await server.connect { raw in
                let client = HTTP2Client(raw, takesSettings: false)
                let id = client.request("POST", "/publish?topic=a", isComplete: false)
                let frame = HTTP2Client.frame(0, flags: 0, on: id, [UInt8](repeating: 0x78, count: 16_384))
                raw.send(Array(repeatElement(frame, count: 100).joined()))
                try await eventually("it should end") {
                    let received = try client.stream(id)
                    return try received.reset != nil || client.goAways().last?.code == Self.flowControlError
                }
            }
            let poll = try await server.request("GET", "/poll?topic=a&cursor=earliest")
            #expect(!poll.body.contains("xxx"), "nothing was published")
        }
    }

    @Test func aBodyThatIsMostlyPaddingIsRefused() async throws {
        try await Self.with { client, _ in
            let id = client.request("POST", "/publish?topic=a", isComplete: false)
            let padded = [255, 0x78] + [UInt8](repeating: 0, count: 255)
            for _ in 0..<200 { client.send(.data, flags: HTTP2Client.Frame.padded, on: id, padded) }
            let refused = try await client.wait(id, "it should be let off") { $0.isComplete && $0.reset != nil }
            #expect(refused.status == "413" && refused.reset == Self.noError, "\(refused)")
        }
    }

    @Test func someBytesAFrameAndSomePaddingAreTaken() async throws {
        try await Self.with { client, _ in
            let id = client.request("POST", "/publish?topic=b", isComplete: false)
            for _ in 0..<100 { client.send(.data, flags: HTTP2Client.Frame.padded, on: id, [2, 0x78, 0x78, 0, 0]) }
            client.send(.data, flags: HTTP2Client.Frame.endStream, on: id)
            let taken = try await client.response(id)
            #expect(taken.status == "200")
            let poll = try await client.response(client.request("GET", "/poll?topic=b&cursor=earliest"))
            #expect(poll.text.contains("\"" + String(repeating: "x", count: 200) + "\""), "padding is no data")
        }
    }

    @Test func aHeadOfManyFrames() async throws {
        try await Self.with { client, _ in
            let id = client.nextID()
            let block = HTTP2Client.literals(HTTP2Client.head + [("x-padding", String(repeating: "x", count: 300))])
            let parts = (0..<8).map { Array(block[($0 * block.count / 8)..<(($0 + 1) * block.count / 8)]) }
            for (index, part) in parts.enumerated() {
                let flags = index == 7 ? HTTP2Client.Frame.endHeaders : index == 0 ? HTTP2Client.Frame.endStream : 0
                client.send(index == 0 ? .headers : .continuation, flags: flags, on: id, part)
            }
            let answered = try await client.response(id)
            #expect(answered.status == "200")
        }
    }

    @Test func aHeadThatUnfoldsToMoreThanItMayIsTooLarge() async throws {
        try await Self.with { client, _ in
            let block = HTTP2Client.literals(HTTP2Client.head) + Self.bomb(count: 30)
            let id = client.nextID()
            client.send(block: block, isComplete: true, on: id)
            let answered = try await client.response(id)
            #expect(answered.status == "431")
        }
    }

    @Test func aHeadThatUnfoldsToFarMoreEndsTheConnection() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                try await eventually("the settings should come") { try client.settings()[6] != nil }
                let block = HTTP2Client.literals(HTTP2Client.head) + Self.bomb(count: 12_000)
                client.send(block: block, isComplete: true, on: client.nextID())
                #expect(try await client.lastWord() != Self.noError)
                try await client.raw.waitForClose()
            }
            let other = try await server.request("GET", "/health/live")
            #expect(other.status == 200)
        }
    }

    /// A field of three thousand bytes that is kept (RFC 7541, 6.2.1), and a byte for each time that it comes again.
    private static func bomb(count: Int) -> [UInt8] {
        let field = HTTP2Client.literal(name: Array("x-a".utf8), value: [UInt8](repeating: 0x61, count: 3000))
        return [0x40] + field.dropFirst() + [UInt8](repeating: 0xBE, count: count)
    }

    @Test func whatIsUnknownIsIgnored() async throws {
        try await Self.with { client, _ in
            for kind in [0x0D, 0x10, 0x42, 0xFF] as [UInt8] {
                for id in [0, 1, 101] as [UInt32] {
                    client.raw.send(HTTP2Client.frame(kind, flags: 0xFF, on: id, [1, 2, 3]))
                }
            }
            client.send(.settings, HTTP2Client.bytes(UInt16(0xF00)) + HTTP2Client.bytes(UInt32(7)))
            client.send(.ping, flags: 0xFE, [UInt8](repeating: 0, count: 8))
            client.send(.priority, on: 3, HTTP2Client.bytes(UInt32(1)) + [1])
            let isServed = try await client.isServed()
            #expect(isServed)
            #expect(try client.pongs() == 1)
        }
    }

    @Test func framesOfAStreamThatWasResetAreIgnored() async throws {
        try await Self.with { client, _ in
            let id = client.request("POST", "/publish?topic=a", [("content-length", "x")], isComplete: false)
            try await client.wait(id, "it should end") { $0.reset != nil }
            // They were on their way (RFC 9113, 5.1).
            for _ in 0..<10 { client.send(.data, on: id, Array("x".utf8)) }
            client.widenWindow(on: id, by: 1)
            client.send(.reset, on: id, HTTP2Client.bytes(Self.noError))
            #expect(try await client.isServed())
        }
    }
}
