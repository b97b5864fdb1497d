import HubCore
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// Random grants at a real server, beside a model that knows nothing but sets of names.
@Suite(.timeLimit(.minutes(3)))
struct GrantModelTests {
    private static let topics = ["a", "a/b", "a/b/c", "a/bc", "b", "b/a", "é", "e\u{301}", "a b", "*x"]
    private static let patterns = topics + ["a*", "a/*", "a/b*", "b/*", "*", "é*", "x*", "**"]

    /// Which of the topics a pattern means, letter by letter.
    private static func meant(by pattern: String) -> Set<[UInt8]> {
        let bytes = Array(pattern.utf8)
        let names = Self.topics.map { Array($0.utf8) }
        guard bytes.last == UInt8(ascii: "*") else { return Set(names.filter { $0 == bytes }) }
        return Set(names.filter { Array($0.prefix(bytes.count - 1)) == Array(bytes.dropLast()) })
    }

    private static func list(_ patterns: [String]) -> String {
        "[" + patterns.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    @Test(arguments: 0..<8, TestBus.allCases)
    func whatIsGrantedIsWhatTheModelSays(seed: UInt64, bus: TestBus) async throws {
        try await bus.with { try await Self.check(seed: seed, bus: $0) }
    }

    private static func check(seed: UInt64, bus makeBus: @escaping (any EventLoop) -> any EventBus) async throws {
        var random = SeededGenerator(seed: seed)
        let publicTopics = (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in
            Self.patterns.randomElement(using: &random)
        }
        let tokens = try await TestTokens(publicTopics: publicTopics)
        let isPublic = publicTopics.reduce(into: Set<[UInt8]>()) { $0.formUnion(Self.meant(by: $1)) }
        try await TestServer.run({ $0.access = tokens.rules }, bus: makeBus) { server in
            try await server.waitUntilReady()
            for _ in 0..<12 {
                let some = { (random: inout SeededGenerator) in
                    (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
                        Self.patterns.randomElement(using: &random)
                    }
                }
                let (subscribe, publish) = (some(&random), some(&random))
                let token = try tokens.token(
                    #""subscribe":\#(Self.list(subscribe)),"publish":\#(Self.list(publish))"#)
                let mayRead = subscribe.reduce(into: isPublic) { $0.formUnion(Self.meant(by: $1)) }
                let mayWrite = publish.reduce(into: Set()) { $0.formUnion(Self.meant(by: $1)) }
                try await Self.check(server, token, mayRead, mayWrite, using: &random)
            }
        }
    }

    private static func check(
        _ server: TestServer, _ token: String, _ mayRead: Set<[UInt8]>, _ mayWrite: Set<[UInt8]>,
        using random: inout SeededGenerator
    ) async throws {
        let names = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in topics.randomElement(using: &random) }
        let query = names.map { "topic=\($0.utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined())" }
            .joined(separator: "&").replacing(/%(.)(?=%|&|$)/) { "%0\($0.output.1)" }
        let headers = ["Authorization: Bearer \(token)"]
        let read = try await server.request("GET", "/poll?\(query)&cursor=earliest", headers: headers)
        let canRead = names.allSatisfy { mayRead.contains(Array($0.utf8)) }
        #expect(read.status == (canRead ? 200 : 403), "\(names): \(read.body)")
        if !canRead { #expect(!read.body.contains("secret")) }
        let written = try await server.request("POST", "/publish?\(query)", headers: headers, body: "secret")
        let canWrite = names.allSatisfy { mayWrite.contains(Array($0.utf8)) }
        #expect(written.status == (canWrite ? 200 : 403), "\(names): \(written.body)")
        #expect(try await server.request("GET", "/topics", headers: headers).status == 403)
    }
}
