import HubCore
import NIOCore
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct IFrameTests {
    @Test func onlyAPageOfAnAllowedOriginMayHoldTheFrame() async throws {
        try await TestServer.run({ $0.cors = CORSPolicy(origins: ["https://friend.example"]) }) { server in
            let cases = [
                ("", 400), ("null", 400), ("*", 400), ("https://friend.example/x", 400), ("friend.example", 400),
                ("https://friend.example%3Bx", 400), ("https://evil.example", 403), ("http://127.0.0.1:81", 403),
                ("https://friend.example", 200), ("http://127.0.0.1", 200), ("https://127.0.0.1:443", 200),
            ]
            for (origin, status) in cases {
                for method in ["HEAD", "GET"] where status != 200 || method == "HEAD" {
                    let answer = try await server.request(method, "/iframe?topic=a&origin=\(origin)")
                    #expect(answer.status == status, "\(method) \(origin)")
                    let policy = answer["content-security-policy"] ?? ""
                    #expect(policy.hasSuffix("frame-ancestors \(origin)") == (status == 200), "\(origin)")
                }
            }
            let none = try await server.request("GET", "/iframe?topic=a")
            #expect(none.status == 400 && none.body.contains("'origin'"))
            let two = try await server.request("GET", "/iframe?topic=a&origin=http://127.0.0.1&origin=http://x")
            #expect(two.status == 400)
        }
    }

    @Test func thePageBeginsAtOnceAndGrowsByABlockForEachEvent() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("GET", "/iframe?topic=a&origin=http://127.0.0.1")
                try await client.wait("the stream should be open") { text, _ in text.contains(#"{"hub":"open","#) }
                #expect(client.text.utf8.count > 1500)
                let text = client.text.lowercased()
                for field in [
                    "content-type: text/html; charset=utf-8", "connection: close",
                    "cache-control: no-store, no-transform",
                    "x-accel-buffering: no", "referrer-policy: no-referrer", "x-content-type-options: nosniff",
                    "hub-replay: complete",
                ] { #expect(text.contains("\r\n\(field)\r\n"), "\(field)") }
                try await server.publish("</script><script>alert(1)</script>")
                try await client.wait("the block should come") { text, _ in
                    text.contains(
                        #""data":"\u003c/script\u003e\u003cscript\u003ealert(1)\u003c/script\u003e"}</script>"#)
                }
                #expect(!client.text.contains("alert(1)<"))
            }
            try await server.waitForSubscribers(0)
        }
    }

    @Test func thePageEndsAfterItsShareOfBytesAndTheNextGoesOn() async throws {
        try await TestServer.run { server in
            let padding = String(repeating: "x", count: 40_000)
            for number in 0..<7 { try await server.publish("\(number)\(padding)") }
            var cursor = "earliest"
            var received: [String] = []
            for page in 0..<2 {
                try await server.connect { client in
                    client.send("GET", "/iframe?topic=a&origin=http://127.0.0.1&last_event_id=\(cursor)")
                    let last = page == 0 ? #"{"hub":"next"}</script>"# : #""6xxx"#
                    try await client.wait("the page should go on") { text, _ in text.contains(last) }
                    if page == 0 {
                        try await client.waitForClose()
                    }
                    let events = client.text.matches(of: /{"id":"([^"]+)","topic":"a","data":"([0-9])/)
                    received += events.map { String($0.2) }
                    cursor = String(try #require(events.last).1)
                }
            }
            #expect(received == (0..<7).map(String.init))
        }
    }

    @Test func aFrameThatIsTurnedAwayGetsAPageThatComesBack() async throws {
        try await TestServer.run { server in
            await server.server.drain(over: .milliseconds(10))
            let page = try await server.request("GET", "/iframe?topic=a&origin=http://127.0.0.1")
            #expect(page.status == 200 && page["content-type"] == "text/html; charset=utf-8")
            #expect(page.body.contains(#"{"hub":"close","reason":"drain","retry":"#))
            #expect(page["content-security-policy"]?.contains("frame-ancestors http://127.0.0.1") == true)
            // Before a frame leaves its page it asks whether there is another.
            let head = try await server.request("HEAD", "/iframe?topic=a&origin=http://127.0.0.1")
            #expect(head.status == 503)
            let foreign = try await server.request("GET", "/iframe?topic=a&origin=http://evil.example")
            #expect(foreign.status == 503)
        }
    }
}
