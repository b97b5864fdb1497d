import ArgumentParser
import ByteStrings
import HubTokens

/// `hubctl token explain`.
struct ExplainTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a token says, and whether it holds.",
        usage: """
            hubctl token explain TOKEN [--key KEY] …
            hubctl token explain - < FILE
            """,
        discussion: """
            Without --key and HUB_TOKEN_KEY the signature is not checked, and all else is. It fails, and says why on standard \
            error, if the token does not hold. What a terminal could not show of a token is written as \\u{…}.
            """)

    /// More than any token has: the rest of what never ends is not waited for.
    private static let maximumByteCount = 64 << 10

    @Argument(help: "The token; '-' reads standard input.") var token: String
    @Option(
        help: ArgumentHelp(
            "A key that may have signed it, as the hub's --jwt-key; repeatable. Default: HUB_TOKEN_KEY.",
            valueName: "key"))
    var key: [String] = []
    @Option(help: ArgumentHelp("An issuer (iss) that the hub takes; repeatable.", valueName: "name"))
    var issuer: [String] = []
    @Option(help: ArgumentHelp("An audience (aud) that the hub takes; repeatable.", valueName: "name"))
    var audience: [String] = []
    @Option(help: ArgumentHelp("The claim that holds what it grants, as the hub's --jwt-claim.", valueName: "name"))
    var claim = "hub"
    @Option(
        name: [.customShort("F"), .long],
        help: "table, tab, or json (one object). Default: table on a terminal, tab elsewhere.")
    var format: TokenFormat?

    func run() async throws {
        var keys: [TokenKey] = []
        for argument in try TokenKeyArgument.all(self.key) { keys.append(try await argument.read()) }
        let now = Moment.now
        let explanation = try self.explanation(try self.text, keys, now)
        let format = self.format ?? (StandardOutput.isTerminal ? .table : .tab)
        StandardOutput.write(format.text(of: explanation, now: now))
        guard explanation.faults.isEmpty else { throw FaultyToken(explanation.faults) }
    }

    private func explanation(
        _ text: ByteString, _ keys: [TokenKey], _ now: Moment
    ) throws(FaultyToken) -> TokenExplanation {
        do throws(TokenFault) {
            let keys = keys.isEmpty ? nil : TokenKeys(keys)
            return try TokenVerifier(self.rules).explain(text, by: keys, now: now.seconds)
        } catch {
            throw FaultyToken(unreadable: error)
        }
    }

    private var rules: TokenRules {
        var rules = TokenRules()
        rules.issuers = self.issuer.map { ByteString($0) }
        rules.audiences = self.audience.map { ByteString($0) }
        rules.claim = ByteString(self.claim)
        // Whether a hub takes such a one is its own choice.
        rules.mayBeEndless = true
        return rules
    }

    private var text: ByteString {
        get throws(InputError) {
            guard ByteString(self.token) == "-" else { return ByteString(self.token).trimmed }
            let bytes = try Input.standard.readToEnd(atMost: Self.maximumByteCount)
            return ByteString(decoding: bytes).withoutLineEnds.trimmed
        }
    }
}

/// A token does not hold.
struct FaultyToken: Error, CustomStringConvertible {
    let description: String

    init(_ faults: [TokenFault]) {
        self.description = faults.map(\.description).joined(separator: "; ")
    }

    init(unreadable fault: TokenFault) {
        let algorithms = TokenAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        self.description =
            fault == .algorithm ? "the token has no algorithm that a hub takes: \(algorithms)" : fault.description
    }
}
