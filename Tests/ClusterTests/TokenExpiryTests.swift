import ByteStrings
import Foundation
import HubClient
import HubTokens
import Synchronization
import Testing

extension ClusterTests {
    /// A client whose token ends before its stream does.
    @Suite("Tokens that expire")
    struct TokenExpiryTests {
        /// Makes tokens, and counts them.
        private final class Issuer: Sendable {
            static let secret = "0123456789abcdef0123456789abcdef"

            private let mint: TokenMint
            private let made = Mutex(0)

            init() async throws {
                self.mint = TokenMint(try await TokenKey(.hs256, id: nil, text: Self.secret))
            }

            var count: Int { self.made.withLock { $0 } }

            func token(expiresIn seconds: Double, _ grants: String = #""subscribe":["t"]"#) throws -> String {
                self.made.withLock { $0 += 1 }
                let now = Date().timeIntervalSince1970
                let claims = #"{"sub":"ada","iat":\#(now),"exp":\#(now + seconds),"hub":{\#(grants)}}"#
                return try self.mint.token(claims: ByteString(claims))
            }
        }

        private func with(_ body: (HubProcess, Issuer) async throws -> Void) async throws {
            let issuer = try await Issuer()
            let arguments = ["--jwt-key", "HS256:\(Issuer.secret)", "--jwt-leeway", "0s", "--publish-key", "p"]
            try await LoneHub.with(arguments) { hub, _ in try await body(hub, issuer) }
        }

        /// Publishes numbers for as long as it is not cancelled.
        /// - Returns: How many.
        private func publishing(to hub: HubProcess) -> Task<Int, any Error> {
            Task {
                try await HubClient.with(HubClientConfiguration(urls: [hub.url], token: "p")) { client in
                    var count = 0
                    while !Task.isCancelled {
                        count += 1
                        let number = "\(count)"
                        // The event that is on its way when the end comes counts too.
                        _ = try await Task { try await client.publish(number, to: "t") }.value
                    }
                    return count
                }
            }
        }

        @Test("a stream goes on with the next token: every event comes once, in order, while the publisher never stops")
        func renewal() async throws {
            try await self.with { hub, issuer in
                let token = HubToken { try issuer.token(expiresIn: 2) }
                let publisher = self.publishing(to: hub)
                defer { publisher.cancel() }
                var (numbers, delays): ([Int], [Duration]) = ([], [])
                var (closes, openings, count): ([StreamClose.Reason], Int, Int) = ([], 0, .max)
                try await HubClient.with(HubClientConfiguration(urls: [hub.url], token: token)) { client in
                    for try await item in client.subscribe(to: ["t"], from: .earliest) {
                        switch item {
                        case .event(let event): numbers.append(try #require(Int(event.data)))
                        case .close(let close): closes.append(close.reason)
                        case .opened: openings += 1
                        case .interrupted(let interruption): delays.append(interruption.delay)
                        case .reset(let reset): Issue.record("\(reset)")
                        }
                        if openings == 3, count == .max {
                            publisher.cancel()
                            count = try await publisher.value
                        }
                        if numbers.last == count { break }
                    }
                }
                #expect(numbers == Array(1...count))
                #expect(closes.prefix(2) == [.expired, .expired])
                // One that took long to open may have lived too short a time to come back at once.
                #expect(delays.contains(.zero), "\(delays)")
                #expect(issuer.count >= 3)
            }
        }

        @Test("a stream with a fixed token ends with what the hub says of it")
        func fixed() async throws {
            try await self.with { hub, issuer in
                let token = HubToken(try issuer.token(expiresIn: 1.5))
                var closes: [StreamClose.Reason] = []
                let error = try await HubClient.with(HubClientConfiguration(urls: [hub.url], token: token)) { client in
                    do throws(HubClientError) {
                        for try await item in client.subscribe(to: ["t"]) {
                            if case .close(let close) = item { closes.append(close.reason) }
                        }
                        return nil as HubClientError?
                    } catch {
                        return error
                    }
                }
                #expect(closes == [.expired])
                #expect(error?.code == .refused && error?.status == 401)
                #expect(
                    error?.problem?.detail?.contains("the token has expired") == true, "\(String(describing: error))")
            }
        }

        @Test("a publisher gets another token after the hub has refused its last one")
        func publisher() async throws {
            try await self.with { hub, issuer in
                let token = HubToken { try issuer.token(expiresIn: 1, #""publish":["t"]"#) }
                try await HubClient.with(HubClientConfiguration(urls: [hub.url], token: token)) { client in
                    try await waitUntil("the first token is over") {
                        try await client.publish("x", to: "t")
                        return issuer.count > 1
                    }
                }
            }
        }
    }
}
