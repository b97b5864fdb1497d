import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(Patience.minutes(1))))
struct SlowLinkTests {
    @Test func aClientThatTakesALittleAtATimeGetsALargeEventAndOneThatTakesNothingIsClosed() async throws {
        // On a machine that is slower everything is, the pace of the reader included.
        let fanOut = FanOutConfiguration(stallTimeout: .milliseconds(Patience.milliseconds(3000)))
        try await TestServer.run(fanOut: fanOut) { server in
            let slow = try await RawClient.connect(port: server.port, readsAtOnce: false, readByteCount: 16 << 10)
            let silent = try await RawClient.connect(port: server.port, readsAtOnce: false, readByteCount: 16 << 10)
            for client in [slow, silent] { client.send("GET /sse?topic=a HTTP/1.0\r\n\r\n") }
            try await eventually("both should be subscribed") {
                try await server.hub.statistics().get().fanOut.opened.values.reduce(0, +) == 2
            }
            let large = String(repeating: "x", count: 2 << 20)
            // The second event waits for the first to be taken: from then on the hub counts the time.
            for data in [large, "end"] {
                let publication = try Publication(topics: [Topic("a")], data: EventData(data))
                _ = try await server.hub.bus.publish([publication]).get()
            }
            // Twice as long as a stream may take nothing. The pace is what this test is about.
            while slow.byteCount < large.utf8.count {
                let before = slow.byteCount
                slow.readOnce()
                try await eventually("a little more should come", seconds: Patience.seconds(10)) {
                    slow.byteCount > before
                }
                try await Task.sleep(for: .milliseconds(Patience.milliseconds(60)))
            }
            try await slow.setReading(true)
            try await slow.wait("the next event should come too", seconds: Patience.seconds(20)) { text, _ in
                text.contains("data: end\n")
            }
            let closed = try await server.hub.statistics().get().fanOut.closed
            #expect(closed == [.slow: 1], "only the one that took nothing")
            #expect(!slow.isClosed)
            try await silent.setReading(true)
            try await silent.waitForClose()
            await slow.close()
        }
    }
}
