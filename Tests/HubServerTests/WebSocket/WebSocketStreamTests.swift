import HubCore
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketStreamTests {
    /// Opens a connection and takes its hello.
    /// - Returns: The hello's cursor as well.
    private static func open(
        _ raw: RawClient, _ target: String = "/ws?topic=a", headers: [String] = []
    ) async throws -> (WebSocketClient, cursor: String) {
        let (client, answer) = try await WebSocketClient.open(raw, target, headers: headers)
        #expect(answer.status == 101, "\(answer.body)")
        let hello = try await client.message()
        #expect(hello.hasPrefix(#"{"type":"hello""#))
        return (client, member("cursor", of: hello) ?? "")
    }

    @discardableResult
    private static func publish(_ server: TestServer, _ topic: String, _ data: String) async throws -> String {
        let answer = try await server.request("POST", "/publish?topic=\(topic)", body: data)
        return member("id", of: answer.body) ?? ""
    }

    @Test func eventsComeAsMessagesAndACursorResumes() async throws {
        try await TestServer.run { server in
            let first = try await server.connect { raw in
                let (client, cursor) = try await Self.open(raw)
                let id = try await Self.publish(server, "a", "x\ny")
                #expect(try await client.message() == #"{"type":"event","id":"\#(id)","topic":"a","data":"x\ny"}"#)
                #expect(cursor < id)
                return id
            }
            let second = try await Self.publish(server, "a", "missed")
            try await server.connect { raw in
                let (client, cursor) = try await Self.open(raw, "/ws?topic=a&cursor=\(first)")
                #expect(cursor == first)
                #expect(member("id", of: try await client.message()) == second)
            }
        }
    }

    @Test func aCompressedEventIsOneFrameForAll() async throws {
        let offer = ["Sec-WebSocket-Extensions: permessage-deflate"]
        try await TestServer.run { server in
            try await server.connect { one in
                try await server.connect { other in
                    let (first, _) = try await Self.open(one, headers: offer)
                    let (second, _) = try await Self.open(other, headers: offer)
                    try await Self.publish(server, "a", String(repeating: "again ", count: 100))
                    let frame = try await first.next()
                    #expect(frame.isCompressed)
                    #expect(frame.payload.count < 200)
                    #expect(try await second.next() == frame)
                }
            }
        }
    }

    @Test func aBadCursorIsAnsweredWithAReset() async throws {
        try await TestServer.run { server in
            let id = try await Self.publish(server, "a", "x")
            try await server.connect { raw in
                let (client, cursor) = try await Self.open(raw, "/ws?topic=a&cursor=nonsense")
                #expect(cursor == "nonsense")
                let reset = try await client.message()
                #expect(
                    reset.hasPrefix(#"{"type":"reset","topic":"a","reason":"unknown","requested":"nonsense","oldest":"#)
                )
                #expect(member("oldest", of: reset) == id)
                #expect(member("cursor", of: reset) != nil)
                #expect(member("id", of: try await client.message()) == id)
            }
        }
    }

    @Test func aClientPublishesAndIsAnsweredWithItsRef() async throws {
        try await TestServer.run { server in
            try await server.connect { raw in
                let (client, _) = try await Self.open(raw)
                client.send(#"{"type":"publish","topic":"b","data":{"n":1},"event":"e","ref":"r1"}"#)
                let answer = try await client.message()
                #expect(answer.hasPrefix(#"{"type":"published","id":""#))
                #expect(answer.hasSuffix(#"","topic":"b","ref":"r1"}"#))
                client.send(#"{"type":"publish","topic":["b","c"],"data":"","ref":2}"#)
                #expect(try await client.message().hasSuffix(#","topic":["b","c"],"ref":2}"#))
                client.send(#"{"type":"publish","topic":"b","ref":3}"#)
                #expect(
                    try await client.message() == #"{"type":"error","message":"the field 'data' is missing","ref":3}"#)
                client.send(frame: 0x82, [1])
                #expect(
                    try await client.message() == #"{"type":"error","message":"a message must be text, not binary"}"#)
                #expect(try await server.request("GET", "/topics?topic=b").body.contains(#""events":2"#))
            }
        }
    }

    @Test func publishingNeedsAKeyWhereThereIsOneAsLongAsItIsInForce() async throws {
        let keys = PublishKeys(["secret"])
        try await TestServer.run({
            $0.access = AccessRules(keys: keys)
        }) { server in
            let publish = #"{"type":"publish","topic":"b","data":"x","ref":1}"#
            try await server.connect { raw in
                let (client, _) = try await Self.open(raw)
                client.send(publish)
                #expect(try await client.message().contains("needs a publish key"))
            }
            try await server.connect { raw in
                let (client, _) = try await Self.open(raw, headers: ["Authorization: Bearer secret"])
                client.send(publish)
                #expect(try await client.message().hasPrefix(#"{"type":"published""#))
                keys.replace(with: ["other"])
                client.send(publish)
                #expect(try await client.message().contains("needs a publish key"))
            }
        }
    }

    @Test func aBusThatFailsIsToldAsAnError() async throws {
        try await TestServer.run(bus: { FailingBus(.unavailable(reason: "gone"), on: $0) }) { server in
            try await server.connect { raw in
                let (client, _) = try await WebSocketClient.open(raw)
                #expect(try await client.message() == #"{"type":"hello"}"#)
                client.send(#"{"type":"publish","topic":"b","data":"x","ref":1}"#)
                #expect(try await client.message().contains("not published"))
            }
        }
    }

    @Test func manyRequestsAtOnceAreAllAnsweredInOrder() async throws {
        try await TestServer.run { server in
            try await server.connect { raw in
                let (client, _) = try await Self.open(raw)
                for number in 0..<500 {
                    client.send(#"{"type":"publish","topic":"b","data":"x","ref":\#(number)}"#)
                }
                for number in 0..<500 {
                    #expect(member("ref", of: try await client.message()) == String(number))
                }
            }
        }
    }

    @Test func drainingIsToldBeforeTheEnd() async throws {
        try await TestServer.run { server in
            try await server.connect { raw in
                let (client, _) = try await Self.open(raw)
                async let drained: Void = server.server.drain(over: .milliseconds(10))
                let close = try await client.message()
                #expect(close.hasPrefix(#"{"type":"close","reason":"drain","retry":"#))
                #expect(try await client.closeCode() == 1001)
                client.send(frame: 0x88, [3, 0xE9])
                try await client.raw.waitForClose()
                await drained
            }
        }
    }

    @Test func aClientThatHasGoneIsForgotten() async throws {
        try await TestServer.run { server in
            try await Self.publish(server, "a", "so that the topic is there")
            try await server.connect { raw in _ = try await Self.open(raw) }
            try await eventually("nobody should be left") {
                try await server.request("GET", "/topics?topic=a").body.contains(#""subscribers":0"#)
            }
        }
    }
}
