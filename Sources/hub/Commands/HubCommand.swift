import ArgumentParser
import HubControl
import HubServer

/// The server.
@main
struct HubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub",
        abstract: "Publish events over HTTP and stream them to any number of clients, which miss nothing.",
        discussion: """
            A flag outranks the environment, which outranks the file of --config, which outranks the default. Durations are \
            written 500ms, 30s, 10m, 1h, 7d or 1h30m, sizes 65536, 64k, 1MiB or 10MB.

            Signals: SIGTERM or SIGINT closes the streams over --drain and ends the hub, a second one ends it at once; SIGHUP \
            reads --publish-key-file again.

            Exit status: 0 it ended as it was asked to; 64 a wrong value; 69 it can't listen.
            """,
        version: HubRelease.version,
        subcommands: [ConfigCommand.self, DoctorCommand.self])

    @OptionGroup(title: "Settings") var options: SettingOptions

    func run() async throws {
        let loaded = try LoadedConfiguration(self.options)
        try await HubProcess(loaded.settings, unknownVariables: loaded.unknownVariables).run()
    }

    /// Parses and runs; a failure is one line on standard error.
    static func main() async {
        if CalledName.isControl(CommandLine.arguments.first) { return await ControlProgram.run() }
        do {
            var command = try Self.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Self.finish(with: error)
        }
    }

    private static func finish(with error: any Error) -> Never {
        switch error {
        case let error as InvalidSetting:
            StandardError.complain(error.description)
            Self.exit(withError: ExitCode(64))
        case let error as HubProcess.CannotListen:
            StandardError.complain(error.description)
            Self.exit(withError: ExitCode(69))
        default:
            // Help and the version are no failures, and more than a line.
            guard Self.exitCode(for: error) != .success, !(error is ExitCode) else { Self.exit(withError: error) }
            StandardError.complain(Self.message(for: error))
            Self.exit(withError: Self.exitCode(for: error))
        }
    }
}

/// `hub config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the effective configuration as YAML, with secrets masked, and where each value comes from.")

    @OptionGroup(title: "Settings") var options: SettingOptions

    func run() throws {
        let loaded = try LoadedConfiguration(self.options)
        loaded.unknownVariables.complaints.forEach(StandardError.complain)
        print(loaded.yaml, terminator: "")
    }
}

/// Where failures are told.
enum StandardError {
    /// Writes one line, and waits for it, but not for ever: nobody may be reading.
    static func complain(_ message: String) {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        LogWriter.standardError.complain(self.harmless(line))
        LogWriter.standardError.flush()
    }

    /// What a message repeats may be a stranger's, and a terminal does as control characters say.
    private static func harmless(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format: line += "\\u{\(String(scalar.value, radix: 16))}"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}
