import ArgumentParser
import HubClient

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
