import ByteStrings
import Foundation
import HubTokens
import TestSupport
import Testing

extension ClusterTests {
    /// `hubctl token`, as a script would use it.
    @Suite("hubctl token")
    struct TokenCommandTests {
        private static let secret = "0123456789abcdef0123456789abcdef"
        private static let key = "HS256:\(secret)"

        /// Runs lines for the shell, in which `$key` is a key and `$dir` a directory.
        private func with(_ body: ((String) async throws -> HubctlRun, TestDirectory) async throws -> Void) async throws
        {
            let directory = try TestDirectory()
            defer { directory.remove() }
            try await body({ try await self.run($0, directory) }, directory)
        }

        private func run(_ line: String, _ directory: TestDirectory, url: String = "") async throws -> HubctlRun {
            let line = "key='\(Self.key)' dir='\(directory.path)'; \(line)"
            return try await HubctlRun.Running(line, in: directory, url: url).finish()
        }

        private func token(_ claims: String) async throws -> String {
            let key = try await TokenKey(.hs256, id: nil, text: Self.secret)
            return try TokenMint(key).token(claims: ByteString(claims))
        }

        @Test("makes a token that a hub takes for what it grants, and for nothing else")
        func use() async throws {
            try await LoneHub.with(["--jwt-key", Self.key]) { hub, directory in
                let make =
                    "HUB_TOKEN=$(HUB_TOKEN_KEY=$key $ctl token --subscribe 'users/42/*' --publish users/42/in --sub ada)"
                let run = try await self.run(
                    "export \(make) && $ctl publish users/42/in hello && $ctl subscribe users/42/in --from earliest --count 1",
                    directory, url: hub.url)
                #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
                #expect(run.lines.last == "hello")
                for (line, why) in [
                    ("$ctl publish users/42/out x", "users/42/out"), ("$ctl subscribe users/43/in", "users/43/in"),
                    ("$ctl topics", "admin"),
                ] {
                    let refused = try await self.run("export \(make) && \(line)", directory, url: hub.url)
                    #expect(refused.status == 1 && refused.errors.contains(why), "\(line): \(refused.errors)")
                }
            }
        }

        @Test("tokens of a subject that was revoked count no more, and only an administrator revokes")
        func revoke() async throws {
            try await LoneHub.with(["--jwt-key", Self.key]) { hub, directory in
                let ada = "ada=$(HUB_TOKEN_KEY=$key $ctl token --publish news --sub ada)"
                let admin = "admin=$(HUB_TOKEN_KEY=$key $ctl token --admin)"
                let run = try await self.run(
                    "\(ada); \(admin); $ctl publish news x --token $ada && $ctl revoke ada --token $admin && $ctl publish news y --token $ada",
                    directory, url: hub.url)
                #expect(run.status == 1 && run.errors.contains("revoked"), "\(run.errors)")
                let refused = try await self.run("\(ada); $ctl revoke bob --token $ada", directory, url: hub.url)
                #expect(refused.status == 1 && refused.errors.contains("admin"), "\(refused.errors)")
            }
        }

        @Test("prints the token and nothing else, and explains what it says")
        func explains() async throws {
            try await self.with { run, _ in
                let options =
                    "--subscribe 'a/*' --subscribe b --publish c --admin --sub ada --expires 90s --issuer i --audience x --kid k"
                let made = try await run("$ctl token make --key \"$key\" \(options)")
                #expect(made.status == 0 && made.errors.isEmpty && made.lines.count == 1, "\(made.errors)")
                let explain = "printf '\(made.lines[0])\\n' | $ctl token explain - --key \"$key\""
                let tab = try await run(explain)
                #expect(tab.status == 0 && tab.errors.isEmpty, "\(tab.errors)")
                let rows = tab.lines.map { $0.split(separator: "\t").map(String.init) }
                #expect(
                    rows.filter { $0[0] != "issued" && $0[0] != "expires" } == [
                        ["algorithm", "HS256"], ["kid", "k"], ["subject", "ada"], ["issuer", "i"], ["audience", "x"],
                        ["subscribe", "a/*"], ["subscribe", "b"], ["publish", "c"], ["admin", "yes"],
                        ["signature", "holds"],
                    ])
                let expires = try #require(rows.first { $0[0] == "expires" })
                let time = try #require(try? Date(expires[1], strategy: .iso8601))
                #expect((0...90).contains(time.timeIntervalSinceNow) && expires[2].hasPrefix("in 1m "), "\(expires)")
                let json = try await run("\(explain) --format json")
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
                #expect(object["subject"] as? String == "ada" && object["subscribe"] as? [String] == ["a/*", "b"])
                #expect(object["signature"] as? String == "holds" && (object["faults"] as? [Any])?.isEmpty == true)
                #expect(object["expires"] as? String == expires[1] && json.lines.count == 1)
            }
        }

        @Test("says which check a token fails, and that a signature was not checked")
        func faults() async throws {
            try await self.with { run, _ in
                let past = try await self.token(#"{"exp":1700000000,"iss":"i"}"#)
                let endless = try await self.token(#"{"hub":{"subscribe":["a"]}}"#)
                let vague = try await self.token(#"{"exp":4000000000,"hub":{"subscribe":"a","admin":1}}"#)
                let other = "HS256:\(String(Self.secret.reversed()))"
                let cases: [(line: String, status: Int32, row: String, error: String)] = [
                    (endless, 0, "signature\tnot checked\tgive --key", ""),
                    ("\(endless) --key \"$key\"", 0, "expires\tnever\tif the hub takes that", ""),
                    ("\(endless) --key '\(other)'", 1, "signature\tdoes not hold", "signature does not hold"),
                    (past, 1, "signature\tnot checked", "the token has expired"),
                    ("\(past) --key \"$key\" --issuer j", 1, "expires\t2023-11-14T22:13:20Z", "has expired"),
                    ("\(vague) --key \"$key\"", 1, "signature\tholds", "subscribe is no list of strings"),
                    ("\(endless) --key \"$key\" --audience x", 1, "signature\tholds", "another audience"),
                    (".\(endless)", 1, "", "three parts"), ("''", 1, "", "three parts"),
                    ("eyJhbGciOiJub25lIn0.e30.", 1, "", "no algorithm that a hub takes"),
                ]
                for (line, status, row, error) in cases {
                    let explained = try await run("$ctl token explain \(line)")
                    #expect(explained.status == status, "\(line): \(explained.errors)")
                    #expect(
                        row.isEmpty ? explained.output.isEmpty : explained.output.contains(row),
                        "\(line): \(explained.output)")
                    #expect(
                        error.isEmpty ? explained.errors.isEmpty : explained.errors.contains(error),
                        "\(explained.errors)")
                    #expect(explained.errors.filter { $0 == "\n" }.count == (error.isEmpty ? 0 : 1))
                }
            }
        }

        @Test("refuses what can't be signed, in one line that shows no secret")
        func refusals() async throws {
            try await self.with { run, _ in
                let keys =
                    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 > $dir/private.pem"
                    + " && openssl pkey -pubout < $dir/private.pem > $dir/public.pem"
                let signed = try await run(
                    "{ \(keys); } 2>&1 && $ctl token --key ES256,kid=m:@$dir/private.pem --subscribe a > $dir/token"
                        + " && $ctl token explain - --key ES256,kid=m:@$dir/public.pem < $dir/token")
                #expect(signed.status == 0 && signed.lines.contains("signature\tholds"), "\(signed.errors)")
                let cases: [(line: String, text: String)] = [
                    ("--key ES256:@$dir/public.pem --subscribe a", "is a public key; to sign takes the private one"),
                    ("--key ES256:@$dir/none.pem --subscribe a", "none.pem' can't be read"),
                    ("--key RS256:@$dir/private.pem --subscribe a", "is no key for RS256"),
                    ("--key HS256:geheim --subscribe a", "has 6 bytes"),
                    ("--key geheim --subscribe a", "is not a token key"),
                    ("--subscribe a", "HUB_TOKEN_KEY"),
                    ("--key \"$key\" --subscribe a/*/b*$(printf '\\007')", "control"),
                    ("--key \"$key\" --publish ''", "must not be empty"), ("--key \"$key\" --claim exp", "--claim"),
                    ("--key \"$key\" --expires 0s", "'0s' is invalid for '--expires"),
                    ("--key \"$key\" --expires 1y", "90s, 15m"),
                    ("--key \"$key\" --sub ''", "sub must have"),
                    ("--key \"$key\" --sub \"$(head -c 600 /dev/zero | tr '\\0' x)\"", "sub must have"),
                ]
                for (line, text) in cases {
                    let refused = try await run("$ctl token \(line)")
                    #expect(refused.status == 64, "\(line)")
                    #expect(refused.errors.contains(text), "\(line): \(refused.errors)")
                    #expect(
                        refused.errors.filter { $0 == "\n" }.count == 1 && refused.output.isEmpty, "\(refused.errors)")
                    #expect(!refused.errors.contains("geheim") && !refused.errors.contains(Self.secret))
                }
                let idle = try await run("$ctl token --key \"$key\"")
                #expect(idle.status == 0 && idle.lines.count == 1 && idle.errors.contains("grants nothing"))
            }
        }

        @Test("shows a hostile token without disturbing the terminal")
        func hostile() async throws {
            let subject = #"\u001b]0;x\u0007\r\n\u202eada\u0085\ud83d\ude00\\"#
            let token = try await self.token(
                #"{"exp":1e300,"iat":-1e300,"sub":"\#(subject)","iss":"\u2028","hub":{"subscribe":["a\u202e*"]}}"#)
            let deep = try await self.token(String(repeating: "[", count: 4000) + String(repeating: "]", count: 4000))
            let nested = try await self.token(#"{"exp":\#(String(repeating: "[", count: 2000))}"#)
            try await self.with { run, directory in
                for format in ["table", "tab", "json"] {
                    let shown = try await run("$ctl token explain \(token) --format \(format)")
                    let scalars = (shown.output + shown.errors).unicodeScalars
                    #expect(
                        scalars.allSatisfy {
                            [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
                                ? $0 == "\n" || $0 == "\t" : true
                        })
                    #expect(
                        shown.output.contains("😀")
                            && shown.output.contains(format == "json" ? #"\u202eada"# : #"\u{202E}ada"#))
                    #expect(shown.output.contains("1e+300"), "\(shown.output)")
                }
                try Data([0x65, 0x79, 0xFF, 0x2E, 0xC0, 0x2E]).write(to: URL(filePath: directory.file("bytes")))
                for line in ["\(deep)", nested, "- < $dir/bytes", "- < /dev/zero", "e30.e30.e30"] {
                    let refused = try await run("$ctl token explain \(line)")
                    #expect(refused.status == 1 && refused.output.isEmpty, "\(refused.output)")
                    #expect(refused.errors.contains("the token is malformed"), "\(refused.errors)")
                    #expect(refused.errors.utf8.count < 250)
                }
            }
        }
    }
}
