import ArgumentParser

/// `hubctl token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make a token, or explain one.",
        usage: """
            hubctl token --key KEY [--subscribe PATTERN] … [--publish PATTERN] … [--admin] [--sub NAME] [--expires 1h]
            hubctl token explain TOKEN|- [--key KEY] …
            """,
        discussion: """
            hubctl help token make, and hubctl help token explain, tell all of the options. Neither asks a hub.
            """,
        subcommands: [MakeTokenCommand.self, ExplainTokenCommand.self],
        defaultSubcommand: MakeTokenCommand.self)
}
