import ArgumentParser

/// `hubctl topics`.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "List the topics, or delete one.",
        subcommands: [ListTopicsCommand.self, DeleteTopicCommand.self],
        defaultSubcommand: ListTopicsCommand.self)
}
