import Foundation
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct MetricsTests {
    @Test func streamsDeliveriesAndReplaysAreCounted() async throws {
        try await TestServer.run { server in
            _ = try await server.request("POST", "/publish?topic=a", body: "old")
            try await server.connect { live in
                live.send("GET", "/sse?topic=a")
                try await live.wait("the stream should begin") { text, _ in text.contains(":\n") }
                try await server.connect { resumed in
                    resumed.send("GET", "/sse?topic=a&last_event_id=earliest")
                    try await resumed.wait("the event should be replayed") { text, _ in text.contains("data: old") }
                    _ = try await server.request("POST", "/publish?topic=a", body: "new")
                    for client in [live, resumed] {
                        try await client.wait("the event should arrive") { text, _ in text.contains("data: new") }
                    }
                    let scrape = try await server.scrape()
                    #expect(scrape["hub_subscribers"] == 2)
                    #expect(scrape[#"hub_streams{transport="sse"}"#] == 2)
                    #expect(scrape["hub_events_delivered_total"] == 3)
                    #expect(scrape[#"hub_replays_total{source="ring"}"#] == 1)
                    #expect(scrape["hub_feeds"] == 1)
                    #expect(scrape["hub_ring_events"] == 2)
                    #expect(try #require(scrape["hub_ring_bytes"]) > 600)
                    #expect(scrape["hub_delivery_latency_seconds_count"] == 1)
                    #expect(try #require(scrape["hub_delivery_latency_seconds_sum"]) > 0)
                    #expect(scrape["hub_streams_skipped_total"] == 0)
                }
            }
            try await server.wait("the streams should be gone") {
                $0["hub_subscribers"] == 0 && $0[#"hub_streams{transport="sse"}"#] == 0
            }
        }
    }

    @Test func aReplayThatCannotBeProvedIsCountedAsAReset() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("GET", "/sse?topic=a&last_event_id=nonsense")
                try await client.wait("the stream should say reset") { text, _ in text.contains("event: hub.reset") }
                let scrape = try await server.scrape()
                #expect(scrape[#"hub_replays_total{source="reset"}"#] == 1)
                #expect(scrape[#"hub_replays_total{source="ring"}"#] == 0)
                #expect(scrape[#"hub_resets_total{reason="unknown"}"#] == 1)
            }
        }
    }

    @Test func aReplayThatIsLongerThanTheRingIsCountedAsAPage() async throws {
        try await TestServer.run { server in
            let lines = (0..<300).map { _ in #"{"topic":"a","data":"x"}"# }.joined(separator: "\n")
            _ = try await server.request(
                "POST", "/publish", headers: ["Content-Type: application/x-ndjson"], body: lines)
            try await server.connect { client in
                client.send("GET", "/sse?topic=a&last_event_id=earliest")
                try await client.wait("the stream should begin") { text, _ in text.contains("data: x") }
                let scrape = try await server.scrape()
                #expect(scrape[#"hub_replays_total{source="page"}"#] == 1)
            }
        }
    }

    @Test func whatIsNoRequestOfOursIsNoFaultOfTheServer() async throws {
        try await TestServer.run { server in
            for bytes in [
                // The beginning of a handshake of TLS, a method that there is not, a version that there is not, and a preface of
                // HTTP/2 that breaks off.
                [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + [UInt8](repeating: 0x0A, count: 64),
                Array("BREW /sse HTTP/1.1\r\nHost: h\r\n\r\n".utf8),
                Array("GET /sse HTTP/3.7\r\nHost: h\r\n\r\n".utf8),
                Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8),
            ] {
                try await server.connect { client in
                    client.send(bytes)
                    try await client.waitForClose()
                    let status = client.text.dropFirst(9).prefix(3)
                    #expect(["400", "501", "505"].contains(status), "\(client.text)")
                }
            }
            let scrape = try await server.scrape()
            #expect(scrape[#"hub_requests_total{route="other",status="4xx"}"#] == 4)
            #expect(scrape[#"hub_requests_total{route="other",status="5xx"}"#] == nil)
        }
    }

    /// What lint of Prometheus says, if it is installed.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")))
    func promtoolHasNothingToSay() async throws {
        try await TestServer.run { server in
            _ = try await server.request("POST", "/publish?topic=a", body: "x")
            let metrics = try await server.request("GET", "/metrics").body
            let check = try ChildProcess.run(["sh", "-c", "promtool check metrics 2>&1"], input: Array(metrics.utf8))
            #expect(check.end == .exited(0) && check.output.isEmpty, "\(check.output)")
        }
    }

    @Test func eachLoopTellsItsLag() async throws {
        try await TestServer.run(loops: 2) { server in
            try await server.wait("the loops should have ticked") { ($0["hub_loop_lag_seconds_count"] ?? 0) >= 4 }
        }
    }

    @Test func histogramsAreWrittenInCumulativeBuckets() throws {
        var histogram = LatencyHistogram()
        for time in [TimeAmount.microseconds(100), .microseconds(101), .milliseconds(7), .seconds(9)] {
            histogram.observe(time)
        }
        histogram.observe(.nanoseconds(-5))
        var sum = LatencyHistogram()
        sum.add(histogram)
        sum.add(histogram)
        let scrape = try Scrape(MetricsText.text([Metric("hub_test_seconds", help: "A test.", sum)]))
        #expect(scrape[#"hub_test_seconds_bucket{le="0.0001"}"#] == 4)
        #expect(scrape[#"hub_test_seconds_bucket{le="0.00025"}"#] == 6)
        #expect(scrape[#"hub_test_seconds_bucket{le="0.01"}"#] == 8)
        #expect(scrape[#"hub_test_seconds_bucket{le="2.5"}"#] == 8)
        #expect(scrape[#"hub_test_seconds_bucket{le="+Inf"}"#] == 10)
        #expect(scrape["hub_test_seconds_count"] == 10)
        #expect(abs(try #require(scrape["hub_test_seconds_sum"]) - 18.014402) < 1e-9)
    }
}
