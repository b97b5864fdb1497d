import ArgumentParser
import HubClient

/// The command-line client of a hub.
struct HubCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hubctl",
        abstract: "Publish to a CometHub, subscribe to it, and see how it is.",
        discussion: """
            The hub is named by --url or HUB_URL, and a token by --token or HUB_TOKEN; the flags may stand before the command \
            or after it. hubctl token makes tokens.

            Exit status: 0 it worked; 1 the hub refused, or the token does not hold; 64 wrong usage; 66 no such input; 69 no hub \
            is reachable or ready, try again; 75 the outcome is unknown, repeat with the same --key; 76 the answer is not a \
            hub's; 124 --timeout was over first.

            Completions for your shell: hubctl --generate-completion-script bash (or zsh, fish).
            """,
        version: HubClientRelease.version,
        subcommands: [
            PublishCommand.self, SubscribeCommand.self, TopicsCommand.self, TokenCommand.self, RevokeCommand.self,
            HealthCommand.self,
            BenchCommand.self, WatchCommand.self,
        ])

    /// Parses and runs; a failure is one line on standard error and the status that goes with it.
    static func main() async {
        do {
            var command = try Self.parseAsRoot(Self.words)
            if var command = command as? any AsyncParsableCommand {
                for variable in MisspeltVariable.all { StandardError.complain("\(variable)") }
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Self.finish(with: error)
        }
    }

    /// What was typed, as the parser understands it.
    private static var words: [String] {
        get throws {
            let words = ConnectionOptions.movedBehindCommand(CommandLine.arguments.dropFirst())
            guard words.contains(where: { $0.utf8.first == UInt8(ascii: "-") }),
                let outline = CommandOutline.of(Self.self)
            else { return words }
            return try DashedWords.resolved(words, of: outline)
        }
    }

    private static func finish(with error: any Error) -> Never {
        if let status = ExitStatus(error) {
            StandardError.complain("\(error)")
            Self.exit(withError: status.code)
        }
        // Help, the version and completion scripts are no failures, and more than a line.
        guard Self.exitCode(for: error) != .success, !(error is ExitCode) else { Self.exit(withError: error) }
        StandardError.complain(Self.message(for: error))
        Self.exit(withError: Self.exitCode(for: error))
    }
}

/// hubctl as a whole, for the programs that are it: the one of that name, and the hub when it is called so.
public enum ControlProgram {
    /// Does what the arguments of the process say, and ends it with the status that goes with that.
    public static func run() async {
        await HubCtl.main()
    }
}
