import ArgumentParser
import HubClient

/// `hubctl revoke`.
struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract:
            "Take back the tokens of subjects: their streams end on every member, and tokens issued up to now count no more."
    )

    @Argument(help: "The subjects (the claim sub).") var subjects: [String]
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await HubClient.with(self.connection.configuration) { hub in
            for subject in self.subjects { try await hub.revoke(subject: subject) }
        }
    }
}
