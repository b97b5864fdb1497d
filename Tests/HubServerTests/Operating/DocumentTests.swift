import Foundation
import Testing
import WebAssets

@testable import HubServer

/// What the hub serves to browsers.
@Suite(.timeLimit(.minutes(1)))
struct DocumentTests {
    @Test func theClientAndItsTypesAreServedToPagesOfEveryOrigin() async throws {
        try await TestServer.run { server in
            for (path, type) in [("/hub.js", "text/javascript"), ("/hub.d.ts", "application/typescript")] {
                let answer = try await server.request("GET", path, headers: ["Origin: https://page.example"])
                #expect(answer.status == 200, "\(path)")
                #expect(answer["content-type"] == "\(type); charset=utf-8")
                #expect(answer["x-typescript-types"] == "/hub.d.ts")
                #expect(answer["access-control-allow-origin"] == "*")
                #expect(answer["cross-origin-resource-policy"] == "cross-origin")
                #expect(answer["x-content-type-options"] == "nosniff")
                #expect(Self.references(in: answer.body, at: path).isEmpty, "it is in one piece")
            }
            let page = try await server.request("GET", "/demo/demo.js")
            #expect(page.status == 404)
        }
    }

    @Test func theDemoPageLoadsNothingButWhatIsServedUnderAStrictPolicy() async throws {
        try await TestServer.run({ $0.isDemo = true }) { server in
            var waiting = ["/"]
            var served: Set<String> = []
            while let path = waiting.popLast() {
                guard served.insert(path).inserted else { continue }
                let answer = try await server.request("GET", path)
                #expect(answer.status == 200, "\(path)")
                if WebAssets.demo.contains(where: { $0.path == path }) {
                    let policy = try #require(answer["content-security-policy"])
                    #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
                }
                if !path.hasSuffix(".yaml"), path != "/metrics" {
                    waiting += Self.references(in: answer.body, at: path)
                }
            }
            #expect(served.isSuperset(of: ["/hub.js"] + WebAssets.demo.map(\.path)))
        }
    }

    @Test func theDescriptionHasThePathsThatAreServed() async throws {
        let assets = Set((WebAssets.demo + WebAssets.client).map(\.path)).subtracting(["/hub.js", "/hub.d.ts"])
        // What the console asks is between its page and the hub, and changes as they do.
        let console = RouteTable.paths.filter { $0.hasPrefix("/console") }
        try await TestServer.run { server in
            let description = try await server.request("GET", "/openapi.yaml").body
            let described = Set(description.matches(of: /\n  (\/[^:\n]+):\n/).map { String($0.1) })
            #expect(described == RouteTable.paths.subtracting(assets).subtracting(console))
        }
    }

    @Test func aDocumentThatABrowserHasIsNotSentAgain() async throws {
        try await TestServer.run { server in
            for path in ["/hub.js", "/openapi.yaml"] {
                let first = try await server.request("GET", path)
                #expect(first["cache-control"] == "no-cache")
                let tag = try #require(first["etag"])
                let compressed = tag.dropLast() + "-gzip\""
                for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*", "\(compressed)", "W/\(compressed)"] {
                    let again = try await server.request("GET", path, headers: ["If-None-Match: \(known)"])
                    #expect(again.status == 304, "\(known)")
                    #expect(again["etag"] == tag)
                    #expect(again.body.isEmpty)
                }
                let other = try await server.request("GET", path, headers: ["If-None-Match: \"other\""])
                #expect(other.status == 200)
                let head = try await server.request("HEAD", path)
                #expect(head["content-length"] == String(first.body.utf8.count))
            }
        }
    }

    @Test func documentsAreCompressedForThoseWhoTakeIt() async throws {
        try await TestServer.run { server in
            let plain = try await server.request("GET", "/hub.js")
            #expect(plain["content-encoding"] == nil)
            #expect(plain["vary"] == "Accept-Encoding, Origin")
            for accepted in ["gzip", "br, GZIP;q=0.5", "deflate, gzip ; q=1"] {
                let head = try await server.request("HEAD", "/hub.js", headers: ["Accept-Encoding: \(accepted)"])
                #expect(head["content-encoding"] == "gzip", "\(accepted)")
                #expect(head["etag"] != plain["etag"])
                let length = try #require(head["content-length"].flatMap { Int($0) })
                #expect(length * 2 < plain.body.utf8.count)
                let tag = try #require(head["etag"])
                let fields = ["Accept-Encoding: gzip", "If-None-Match: \(tag)"]
                let again = try await server.request("GET", "/hub.js", headers: fields)
                #expect(again.status == 304)
                #expect(again["content-encoding"] == nil)
            }
            for refused in ["gzip;q=0", "gzip; q=0.000", "br", "*", "x-gzip", ""] {
                let head = try await server.request("HEAD", "/hub.js", headers: ["Accept-Encoding: \(refused)"])
                #expect(head["content-encoding"] == nil, "\(refused)")
            }
        }
    }

    @Test func whatIsAskedForByItsReleaseIsKept() async throws {
        try await TestServer.run { server in
            let kept = try await server.request("GET", "/hub.js?v=\(HubRelease.version)")
            #expect(kept["cache-control"] == "public, max-age=31536000, immutable")
            for query in ["?v=9.9.9", "?v=", "?w=\(HubRelease.version)", ""] {
                let other = try await server.request("GET", "/hub.js\(query)")
                #expect(other["cache-control"] == "no-cache", "\(query)")
            }
        }
    }

    /// The paths that a document imports, links and shows.
    private static func references(in text: String, at path: String) -> [String] {
        let base = URL(string: "http://hub" + path)
        return text.matches(of: /(?:from '|(?:href|src)=")(\.{0,2}[\/a-z][a-z\/.]*)['"]/).compactMap { match in
            URL(string: String(match.1), relativeTo: base)?.path
        }
    }
}
