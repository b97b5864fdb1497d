import Testing

@testable import HubServer

/// Origins of apps, extensions and files, which are no host's.
@Suite(.timeLimit(.minutes(1)))
struct NamedOriginTests {
    private static let origins = [
        "null", "file://", "capacitor://localhost", "ionic://localhost", "app://.", "app://com.example.app",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "moz-extension://4c0d2a1e-0f0f-4d4d-8a8a-123456789abc",
        "tauri://localhost",
    ]

    @Test func anyOfThemMayReadAndWriteOnceItIsNamed() async throws {
        for origin in Self.origins {
            #expect(CORSPolicy.accepts(origin), "\(origin)")
            try await TestServer.run({ $0.cors = CORSPolicy(origins: [origin]) }) { server in
                let headers = ["Origin: \(origin)"]
                let published = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
                #expect(published.status == 200, "\(origin): \(published.body)")
                #expect(published["access-control-allow-origin"] == origin)
                // Every page can make a frame whose origin is null.
                let credentials = published["access-control-allow-credentials"]
                #expect(credentials == (origin == "null" ? nil : "true"))
                let preflight = try await server.request(
                    "OPTIONS", "/sse", headers: headers + ["Access-Control-Request-Method: GET"])
                #expect(preflight.status == 204)
                let other = try await server.request(
                    "POST", "/publish?topic=a", headers: ["Origin: \(origin == "null" ? "file://" : "null")"], body: "x"
                )
                #expect(other.status == 403)
            }
        }
    }

    @Test func withoutTheirNamesTheyMayNotWrite() async throws {
        try await TestServer.run { server in
            for origin in Self.origins {
                let answer = try await server.request(
                    "POST", "/publish?topic=a", headers: ["Origin: \(origin)"], body: "x")
                #expect(answer.status == 403, "\(origin)")
            }
        }
    }

    @Test(arguments: [
        "", "app:", "app:/x", "://x", "1app://x", "a b://x", "app://x/y", "nul", "file:///", "file:///etc", "https://",
    ])
    func whatIsNoOriginIsRefused(_ origin: String) {
        #expect(!CORSPolicy.accepts(origin))
    }

    @Test func aPageMaySendWhatTracingLibrariesAddAndWhatIsNamed() async throws {
        let cors = CORSPolicy(origins: ["*"], requestFields: ["X-Tenant"])
        try await TestServer.run({ $0.cors = cors }) { server in
            let headers = ["Origin: https://any.example", "Access-Control-Request-Method: GET"]
            let answer = try await server.request("OPTIONS", "/sse", headers: headers)
            let allowed = answer["access-control-allow-headers"]?.split(separator: ", ").map { String($0) } ?? []
            for name in ["Last-Event-ID", "traceparent", "tracestate", "baggage", "sentry-trace", "X-Tenant"] {
                #expect(allowed.contains(name), "\(name)")
            }
        }
        for name in ["", "*", "a b", "a,b", "a:b", "\u{E9}"] { #expect(!CORSPolicy.accepts(requestField: name)) }
    }
}
