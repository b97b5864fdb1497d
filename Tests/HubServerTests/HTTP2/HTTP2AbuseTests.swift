import HTTPWire
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// A client that breaks the rules of HTTP/2 loses its connection, and nobody else loses anything.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2AbuseTests {
    /// Abuses a hub, each time on a connection of its own, while others use it.
    private static func expectEnds(of abuses: [HTTP2Abuse]) async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { neighbour in
                for abuse in abuses {
                    try await server.speakHTTP2 { client in
                        client.raw.send(abuse.bytes)
                        let code = try? await client.lastWord()
                        #expect(code == abuse.code, "\(abuse)")
                        #expect(try await neighbour.isServed())
                        try await client.raw.waitForClose()
                    }
                }
                try await Self.expectCounts(of: abuses, server)
            }
        }
    }

    private static func expectCounts(of abuses: [HTTP2Abuse], _ server: TestServer) async throws {
        try await server.wait("nothing should be left") {
            $0["hub_http2_connections"] == 1 && $0["hub_http2_streams"] == 0 && $0["hub_subscribers"] == 0
        }
        let scrape = try await server.scrape()
        for fault in HTTP2Counters.Fault.allCases {
            let count = Double(abuses.count { $0.fault == fault })
            #expect(scrape[#"hub_http2_faults_total{code="\#(fault.rawValue)"}"#] == count, "\(fault)")
        }
    }

    @Test func whoeverFloodsIsToldToBeCalm() async throws {
        try await Self.expectEnds(of: HTTP2Abuse.floods)
    }

    @Test func whoeverBreaksARuleIsToldWhich() async throws {
        try await Self.expectEnds(of: HTTP2Abuse.brokenRules)
    }
}
