import ArgumentParser
import ByteStrings
import HubCore
import HubTokens

/// `hubctl token [make]`.
struct MakeTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Print a token (JWT), signed with a key of the hub's --jwt-key, and nothing else.",
        usage: "hubctl token --key ALG[,kid=ID]:SECRET|@FILE [OPTION] …",
        discussion: """
            The key is written as the hub's --jwt-key: HS256:SECRET, or ES256,kid=main:@private.pem. Other users of the machine \
            can see what stands in arguments, and a shell may keep it: give a secret as @FILE, or in HUB_TOKEN_KEY.

            A PATTERN is a topic, or the beginning of topics and *, as users/42/*; * alone is every topic.

            export HUB_TOKEN=$(hubctl token --subscribe 'users/42/*' --publish news --sub ada --expires 15m)
            """)

    @Option(
        help: ArgumentHelp(
            "A shared secret or a private key. Default: HUB_TOKEN_KEY, which other users of the machine can't see.",
            valueName: "key"))
    var key: String?
    @Option(
        help: ArgumentHelp("Topics that may be subscribed to; repeatable.", valueName: "pattern"),
        transform: Self.pattern)
    var subscribe: [TopicPattern] = []
    @Option(
        help: ArgumentHelp("Topics that may be published to; repeatable.", valueName: "pattern"),
        transform: Self.pattern)
    var publish: [TopicPattern] = []
    @Flag(help: "Grant listing and deleting topics too, and whatever else an operator does.") var admin = false
    @Option(help: ArgumentHelp("Who the token is for (sub).", valueName: "name")) var sub: String?
    @Option(
        help: ArgumentHelp(
            "For how long it holds: 90s, 15m, 1h, 30d; or never, which only a hub with --jwt-without-expiry takes.",
            valueName: "duration"), transform: TokenLifetime.init)
    var expires = TokenLifetime.hour
    @Option(help: ArgumentHelp("Who issues it (iss), for the hub's --jwt-issuer.", valueName: "name"))
    var issuer: String?
    @Option(help: ArgumentHelp("Whom it is for (aud), for the hub's --jwt-audience; repeatable.", valueName: "name"))
    var audience: [String] = []
    @Option(help: ArgumentHelp("The claim that holds what it grants, as the hub's --jwt-claim.", valueName: "name"))
    var claim = "hub"
    @Option(help: ArgumentHelp("The key's name in the token's head, if not that of --key.", valueName: "id"))
    var kid: String?

    func validate() throws {
        guard TokenDraft.mayHoldGrants(claim: ByteString(self.claim)) else {
            throw ValidationError("--claim is '\(self.claim)', but that says something else (RFC 7519)")
        }
    }

    func run() async throws {
        guard let argument = try TokenKeyArgument.all([self.key].compactMap(\.self)).first else {
            throw ValidationError("give the key that signs: --key ALG:@FILE, or HUB_TOKEN_KEY")
        }
        let key = try await argument.read(named: self.kid)
        let now = Moment.now.toMilliseconds
        let draft = TokenDraft(
            subject: self.sub, issuer: self.issuer, audiences: self.audience, issued: now.seconds,
            expires: self.expires.seconds.map { Int(now.seconds) + $0 }, claim: self.claim,
            grants: Grants(subscribe: self.subscribe, publish: self.publish, isAdmin: self.admin))
        let token = try argument.sign(draft.claims, by: key)
        try Self.check(token, draft, by: key)
        if draft.grantsNothing {
            StandardError.complain("the token grants nothing; see --subscribe, --publish and --admin")
        }
        StandardOutput.write(token + "\n")
    }

    /// What is too long, or for nobody, a hub would refuse.
    private static func check(_ token: String, _ draft: TokenDraft, by key: TokenKey) throws {
        do throws(TokenFault) {
            _ = try TokenVerifier(draft.rules).verify(ByteString(token), by: TokenKeys([key]), now: draft.issued)
        } catch {
            throw ValidationError("no hub would take it: \(error)")
        }
    }

    private static func pattern(_ text: String) throws -> TopicPattern {
        do throws(InvalidEvent) {
            return try TopicPattern(text)
        } catch {
            throw ValidationError(error.description)
        }
    }
}
