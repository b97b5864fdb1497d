import ArgumentParser
import HubClient

/// `hubctl topics`.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "List the topics, or delete one.",
        subcommands: [ListTopicsCommand.self, DeleteTopicCommand.self],
        defaultSubcommand: ListTopicsCommand.self)
}

/// `hubctl topics [list]`.
struct ListTopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all topics, or those that are named.")

    @Argument(help: "The topics; without any, all of them.") var topics: [String] = []
    @Option(
        name: [.customShort("F"), .long],
        help: "table, tab, or json (one object a line). Default: table on a terminal, tab elsewhere.")
    var format: TopicFormat?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await HubClient.with(self.connection.configuration) { hub in
            let format = self.format ?? (StandardOutput.isTerminal ? .table : .tab)
            StandardOutput.write(format.text(of: try await self.statuses(hub)))
        }
    }

    private func statuses(_ hub: HubClient) async throws -> [TopicStatus] {
        guard !self.topics.isEmpty else { return try await hub.topics() }
        var statuses: [TopicStatus] = []
        for topic in self.topics {
            guard let status = try await hub.describe(topic: topic) else { throw UnknownTopic(topic: topic) }
            statuses.append(status)
        }
        return statuses
    }
}

/// A topic that was named is not there.
struct UnknownTopic: Error, CustomStringConvertible {
    let topic: String

    var description: String { "there is no topic '\(self.topic)'" }
}

/// `hubctl topics delete`.
struct DeleteTopicCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Drop the replay buffer of topics on every member; ids go on rising.")

    @Argument(help: "The topics.") var topics: [String]
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await HubClient.with(self.connection.configuration) { hub in
            for topic in self.topics { try await hub.delete(topic: topic) }
        }
    }
}
