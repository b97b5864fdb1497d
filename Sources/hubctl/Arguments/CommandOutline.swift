import ArgumentParser
import ByteStrings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a command takes, as the parser itself describes it, so that nothing is said of an option a second time.
struct CommandOutline: Decodable {
    /// An option, a flag, or what stands for itself.
    struct Argument: Decodable {
        enum Kind: String, Decodable {
            case positional, option, flag
        }

        struct Name: Decodable {
            let kind: String
            let name: String

            /// The name as it is typed.
            var word: ByteString { ByteString(ByteString(self.kind) == "long" ? "--\(self.name)" : "-\(self.name)") }
        }

        let kind: Kind
        let isRepeating: Bool
        let names: [Name]?
    }

    private struct Program: Decodable {
        let command: CommandOutline
    }

    let commandName: String
    let defaultSubcommand: String?
    let subcommands: [CommandOutline]?
    let arguments: [Argument]?

    /// The outline of a program.
    /// - Returns: `nil` if the parser describes it in another way than it used to.
    static func of(_ program: (some ParsableCommand).Type) -> CommandOutline? {
        let description = Data(program._dumpHelp().utf8)
        return (try? JSONDecoder().decode(Program.self, from: description))?.command
    }

    /// The command that words name.
    /// - Returns: What it takes, and how many of the words name it.
    func command(named words: [ByteString]) -> (command: CommandOutline, depth: Int) {
        if let word = words.first, let command = self.subcommand(word) {
            let (command, depth) = command.command(named: Array(words.dropFirst()))
            return (command, depth + 1)
        }
        guard let name = self.defaultSubcommand, let command = self.subcommand(ByteString(name)) else {
            return (self, 0)
        }
        return (command, 0)
    }

    private func subcommand(_ name: ByteString) -> CommandOutline? {
        self.subcommands?.first { ByteString($0.commandName) == name }
    }

    /// How many words may stand for themselves; `nil` if any number may.
    var positionalCount: Int? {
        let positional = self.arguments?.filter { $0.kind == .positional } ?? []
        return positional.contains(where: \.isRepeating) ? nil : positional.count
    }

    /// Whether a word is an option, and takes a value; `nil` if it is none.
    func takesValue(_ word: ByteString) -> Bool? {
        let argument = self.arguments?.first { $0.names?.contains { $0.word == word } ?? false }
        return argument.map { $0.kind == .option }
    }
}
