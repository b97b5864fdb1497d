import HubDoor
import Testing

@testable import HubServer

/// Tokens in cookies, which browsers send along whoever asks.
@Suite(.timeLimit(.minutes(1)))
struct TokenCookieTests {
    @Test(arguments: [
        (["Sec-Fetch-Site: same-origin"], 200), ([], 200), (["Sec-Fetch-Site: none"], 200),
        (["Origin: http://127.0.0.1"], 200), (["Origin: https://friend.example"], 200),
        (["Origin: https://evil.example"], 401), (["Origin: null"], 401),
        (["Sec-Fetch-Site: cross-site"], 401), (["Sec-Fetch-Site: same-site"], 401),
        (["Sec-Fetch-Site: cross-site", "Referer: https://friend.example/page?x#y"], 200),
        (["Sec-Fetch-Site: cross-site", "Referer: https://friend.example"], 200),
        (["Sec-Fetch-Site: cross-site", "Referer: https://evil.example/https://friend.example"], 401),
        (["Sec-Fetch-Site: cross-site", "Referer: https://friend.example.evil.example/"], 401),
        (["Sec-Fetch-Site: cross-site", "Referer: https://evil.example@friend.example/"], 401),
        (["Sec-Fetch-Site: cross-site", "Referer: null"], 401),
    ])
    func oneCountsOnlyForPagesThatAreTrusted(headers: [String], status: Int) async throws {
        let tokens = try await TestTokens()
        try await TestServer.run({
            $0.access = tokens.rules
            $0.cors = CORSPolicy(origins: ["https://friend.example", "null", "*"])
        }) { server in
            let cookie = "Cookie: a=b; hub_token=\(try tokens.token(#""subscribe":["a"]"#)); c=d"
            let answer = try await server.request("GET", "/poll?topic=a", headers: headers + [cookie])
            #expect(answer.status == status, "\(headers): \(answer.body)")
        }
    }

    @Test func theFieldCountsBeforeTheQueryAndThatBeforeTheCookie() async throws {
        let tokens = try await TestTokens()
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            let (right, wrong) = (try tokens.token(#""subscribe":["a"]"#), try tokens.token(#""subscribe":["b"]"#))
            for (field, query, cookie, status) in [
                (right, wrong, wrong, 200), (wrong, right, right, 403), (nil, right, wrong, 200),
                (nil, wrong, right, 403),
                (nil, nil, right, 200), (nil, nil, wrong, 403), (nil, nil, "\"\(right)\"", 200), (nil, nil, "", 401),
            ] {
                var headers = ["Cookie: hub_token=\(cookie)"]
                if let field { headers.append("Authorization: Bearer \(field)") }
                let answer = try await server.request(
                    "GET", "/poll?topic=a\(query.map { "&access_token=\($0)" } ?? "")", headers: headers)
                #expect(answer.status == status, "\(answer.body)")
            }
        }
    }
}
