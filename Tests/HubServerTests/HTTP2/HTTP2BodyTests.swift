import HTTPWire
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// Bodies over HTTP/2: how long they may be, and how they come.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2BodyTests {
    private static let target = "/publish?topic=a"
    private static let noError: UInt32 = 0
    private static let protocolError: UInt32 = 1

    private static func with(_ test: (HTTP2Client) async throws -> Void) async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 1000 }) { server in
            try await server.speakHTTP2 { client in
                try await test(client)
                #expect(try await client.isServed(), "the connection should go on")
            }
        }
    }

    @Test func aDeclaredBodyOverTheLimitIsRefusedBeforeItIsSent() async throws {
        try await Self.with { client in
            let id = client.request("POST", Self.target, [("content-length", "1001")], isComplete: false)
            let refused = try await client.wait(id, "it should be let off") { $0.isComplete && $0.reset != nil }
            #expect(refused.status == "413" && refused["content-type"] == "application/problem+json")
            #expect(refused.reset == Self.noError, "whoever still sends can stop (RFC 9113, 8.1)")
        }
    }

    @Test func aBodyThatGrowsOverTheLimitIsRefused() async throws {
        try await Self.with { client in
            let half = [UInt8](repeating: 0x78, count: 501)
            let id = client.request("POST", Self.target, body: half, isComplete: false)
            client.send(.data, on: id, half)
            let refused = try await client.wait(id, "it should be let off") { $0.isComplete && $0.reset != nil }
            #expect(refused.status == "413" && refused.reset == Self.noError)
        }
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
        try await Self.with { client in
            let body = [UInt8](repeating: 0x78, count: 1000)
            let taken = try await client.response(client.request("POST", Self.target, body: body))
            #expect(taken.status == "200")
        }
    }

    @Test func aBodyIsAsLongAsItIsSaidToBe() async throws {
        try await Self.with { client in
            for length in ["4", "6"] {
                let fields = [("content-length", length)]
                let id = client.request("POST", Self.target, fields, body: Array("hello".utf8))
                let refused = try await client.wait(id, "it should be reset") { $0.reset != nil }
                #expect(refused.reset == Self.protocolError && refused.status != "200", "\(length): \(refused)")
            }
            let id = client.request("POST", Self.target, [("content-length", "5")], body: Array("hello".utf8))
            #expect(try await client.response(id).status == "200")
        }
    }

    @Test func aLengthIsANumber() async throws {
        try await Self.with { client in
            for length in ["x", "-1", "+5", "5, 5", "0x5", "5.0", "", "99999999999999999999"] {
                let fields = [("content-length", length)]
                let id = client.request("POST", Self.target, fields, body: Array("hello".utf8))
                let refused = try await client.response(id)
                #expect(
                    refused.status == "400" || refused.status == "413" || refused.reset == 1, "\(length): \(refused)")
            }
        }
    }

    @Test func whoeverExpectsToBeAskedForABodyIsAsked() async throws {
        try await Self.with { client in
            let id = client.request("POST", Self.target, [("expect", "100-continue")], isComplete: false)
            try await client.wait(id, "it should be asked for") { $0.status == "100" }
            client.send(.data, flags: HTTP2Client.Frame.endStream, on: id, Array("hello".utf8))
            try await client.wait(id, "it should be taken") { $0.status == "200" && $0.isComplete }
            let other = try await client.response(client.request("POST", Self.target, [("expect", "x")], body: [1]))
            #expect(other.status == "417", "\(other)")
            let large = [("expect", "100-continue"), ("content-length", "1001")]
            let refused = client.request("POST", Self.target, large, isComplete: false)
            try await client.wait(refused, "it should not be asked for") { $0.status == "413" && $0.isComplete }
        }
    }

    /// The windows that a client begins with are smaller than what it may send.
    @Test func aBodyThatIsLargerThanTheWindowIsTaken() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                try await eventually("the settings should come") { try client.settings()[4] != nil }
                let window = Int(try client.settings()[4] ?? 0)
                let (id, count) = (client.request("POST", Self.target, isComplete: false), 1 << 20)
                #expect(window < count)
                var sent = 0
                while sent < count {
                    let room = { try window + client.windowUpdates(on: id) - sent }
                    try await eventually("the window should be widened after \(sent) bytes") { try room() > 0 }
                    let shared = 65_535 + (try client.windowUpdates(on: 0))
                    #expect(shared > sent)
                    let next = min(16_384, count - sent, try room())
                    sent += next
                    let flags = sent == count ? HTTP2Client.Frame.endStream : 0
                    client.send(.data, flags: flags, on: id, [UInt8](repeating: 0x78, count: next))
                }
                #expect(try await client.response(id).status == "200")
                let poll = try await client.response(client.request("GET", "/poll?topic=a&cursor=earliest"))
                #expect(poll.body.count > count && poll.body.count { $0 == 0x78 } >= count)
            }
        }
    }

    @Test func whoSendsOnThoughRefusedSeesTheAnswerAndHarmsNobody() async throws {
        try await TestServer.run({
            $0.access = AccessRules(keys: PublishKeys(["key"]))
            // However long this takes.
            $0.limits.lingerTime = .minutes(1)
        }) { server in
            try await server.speakHTTP2 { client in
                let stream = client.request("GET", "/sse?topic=a")
                try await client.wait(stream, "it should begin") { $0.status == "200" }
                let part = [UInt8](repeating: 0x78, count: 1000)
                let ids = (0..<100).map { _ in client.request("POST", Self.target, body: part, isComplete: false) }
                for id in ids { #expect(try await client.response(id).status == "401") }
                for id in ids { client.send(.data, on: id, part) }
                for id in ids { client.send(.data, flags: HTTP2Client.Frame.endStream, on: id, part) }
                #expect(try await client.isServed())
                #expect(try ids.allSatisfy { try client.stream($0).reset == nil })
                #expect(try client.goAways().isEmpty && !client.stream(stream).isComplete)
                try await server.wait("all but one should have ended") { $0["hub_http2_streams"] == 1 }
            }
        }
    }
}
