import NIOCore
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct OperatingTests {
    @Test func topicsAreListedInPages() async throws {
        try await TestServer.run { server in
            for topic in ["b", "a", "%C3%A9", "c"] {
                _ = try await server.request("POST", "/publish?topic=\(topic)", body: "x")
            }
            let first = try await server.request("GET", "/topics?limit=3")
            #expect(
                first.body.hasPrefix(#"{"topics":[{"topic":"a","subscribers":0,"events":1,"oldest":"#), "\(first.body)")
            #expect(first.body.hasSuffix(#","next":"c"}"#), "\(first.body)")
            let second = try await server.request("GET", "/topics?limit=3&after=c")
            #expect(second.body.contains(#""topic":"é""#))
            #expect(!second.body.contains("next"))
            for limit in ["0", "1001", "x"] {
                let refused = try await server.request("GET", "/topics?limit=\(limit)")
                #expect(refused.status == 400)
            }
        }
    }

    @Test func aTopicTellsItsSubscribersAndIsDroppedOnDelete() async throws {
        try await TestServer.run { server in
            _ = try await server.request("POST", "/publish?topic=a", body: "x")
            try await server.connect { client in
                client.send("GET", "/sse?topic=a&last_event_id=earliest")
                try await client.wait("the event should be streamed") { text, _ in text.contains("data: x") }
                let topic = try await server.request("GET", "/topics?topic=a")
                #expect(topic.body.hasPrefix(#"{"topic":"a","subscribers":1,"events":1,"#), "\(topic.body)")
            }
            let deleted = try await server.request("DELETE", "/topics?topic=a")
            #expect(deleted.status == 204)
            #expect(deleted["content-length"] == nil)
            let topic = try await server.request("GET", "/topics?topic=a")
            #expect(topic.body.contains(#""events":0,"latest""#), "\(topic.body)")
            let unknown = try await server.request("DELETE", "/topics?topic=b")
            #expect(unknown.status == 404)
            let nameless = try await server.request("DELETE", "/topics")
            #expect(nameless.status == 400)
        }
    }

    @Test func metricsAreTextThatPrometheusReads() async throws {
        try await TestServer.run { server in
            _ = try await server.request("POST", "/publish?topic=a", body: "x")
            _ = try await server.request("GET", "/nothing")
            let metrics = try await server.request("GET", "/metrics")
            #expect(metrics["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let scrape = try Scrape(metrics.body)
            #expect(scrape[#"hub_build_info{version="1.2.3"}"#] == 1)
            #expect(scrape[#"hub_requests_total{route="publish",status="2xx"}"#] == 1)
            #expect(scrape[#"hub_requests_total{route="other",status="4xx"}"#] == 1)
            #expect(scrape[#"hub_publish_requests_total{outcome="published"}"#] == 1)
            #expect(scrape["hub_events_published_total"] == 1)
            for name in ["process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds"] {
                #expect(try #require(scrape[name], "\(name)") > 0)
            }
        }
    }

    @Test func theDescriptionIsServedAndTheDemoOnlyOnDemand() async throws {
        try await TestServer.run { server in
            let description = try await server.request("GET", "/openapi.yaml")
            #expect(description.body.hasPrefix("openapi: 3.1.0"))
            let root = try await server.request("GET", "/")
            #expect(root.status == 404)
        }
        try await TestServer.run({ $0.isDemo = true }) { server in
            let root = try await server.request("GET", "/")
            #expect(root.status == 200)
        }
    }

    @Test func whileDrainingReadinessFailsAndNewStreamsAreSentAway() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("GET", "/sse?topic=a")
                try await client.wait("the stream should begin") { text, _ in text.contains("200 OK") }
                try await server.connect { kept in
                    kept.send("GET", "/health/live")
                    _ = try await kept.readAnswer()
                    await server.server.drain(over: .milliseconds(50))
                    try await kept.waitForClose()
                }
                try await client.wait("the stream should be closed with a reason") { text, isClosed in
                    isClosed && text.contains(#"data: {"reason":"drain"}"#)
                }
            }
            let ready = try await server.request("GET", "/health/ready")
            #expect(ready.status == 503)
            #expect(ready["connection"] == "close")
            let publish = try await server.request("POST", "/publish?topic=a", body: "x")
            #expect(publish.status == 200)
            let stream = try await server.request("GET", "/sse?topic=a")
            #expect(stream.status == 503)
            #expect(stream["retry-after"] != nil)
            let browser = try await server.request(
                "GET", "/sse?topic=a", headers: ["Sec-Fetch-Mode: cors", "Cache-Control: no-cache"])
            #expect(browser.status == 200)
            #expect(browser.body.contains("event: hub.close\n"))
        }
    }
}
