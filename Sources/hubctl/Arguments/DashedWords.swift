import ArgumentParser
import ByteStrings

/// Tells topics and messages that begin with a dash from options, which to the parser are all that begins so: it would read
/// `publish news -hello` as five flags, of which one asks for help.
///
/// What has the form of a long option is one, so that one that was misspelt is not published. Any other word with a dash that is no
/// option of the command stands for itself as long as the command wants one more. Behind `--` everything does.
struct DashedWords {
    /// A word that is no option, and that the command has no use for.
    struct Unknown: Error, CustomStringConvertible {
        let word: String
        /// Whether the command has words that stand for themselves.
        let takesWords: Bool

        var description: String {
            let word = ByteString(self.word).shortened(to: 64)
            let hint = self.takesWords ? "; a topic or a message that begins with a dash stands behind --" : ""
            return "unknown option '\(word)'\(hint)"
        }
    }

    private let command: CommandOutline
    private var options: [String] = []
    /// Words that stand for themselves, and whether that is only a guess.
    private var words: [(text: String, isGuess: Bool)] = []
    private var seen: [ByteString] = []

    /// Rewrites a command line so that the parser understands it.
    /// - Parameters:
    ///   - arguments: What was typed, the name of the command first.
    ///   - program: What there is.
    /// - Throws: `Unknown` for what can only be an option that was misspelt.
    static func resolved(_ arguments: [String], of program: CommandOutline) throws(Unknown) -> [String] {
        let (command, depth) = program.command(named: arguments.map { ByteString($0) })
        guard depth > 0 else { return arguments }
        var resolution = DashedWords(command)
        try resolution.read(arguments.dropFirst(depth))
        guard try resolution.isNeeded() else { return arguments }
        return Array(arguments.prefix(depth)) + resolution.options + ["--"] + resolution.words.map { $0.text }
    }

    private init(_ command: CommandOutline) {
        self.command = command
    }

    private mutating func read(_ arguments: ArraySlice<String>) throws(Unknown) {
        var rest = arguments
        while let text = rest.popFirst() {
            let word = ByteString(text)
            if word == "--" {
                let certain = rest.isEmpty && self.lacksMessage ? [text] : Array(rest)
                for text in certain { self.words.append((text: text, isGuess: false)) }
                return
            }
            if let takesValue = self.command.takesValue(word) {
                self.seen.append(word)
                self.take(option: text, value: takesValue ? self.value(from: &rest) : nil)
            } else if self.isLongOption(word) || self.isCluster(word) {
                // The parser would miss first what the command can't do without.
                let (name, value) = word.cut(at: UInt8(ascii: "="))
                guard value == nil || self.command.takesValue(name) != nil else { throw self.unknown(name.string) }
                self.options.append(text)
            } else {
                self.words.append((text, word.count > 1 && word.first == UInt8(ascii: "-")))
            }
        }
    }

    /// The word after an option, unless that is an option of the command too, so that the value was forgotten.
    private func value(from rest: inout ArraySlice<String>) -> String? {
        guard let next = rest.first, self.command.takesValue(ByteString(next)) == nil else { return nil }
        return rest.popFirst()
    }

    private mutating func take(option: String, value: String?) {
        self.options.append(option)
        guard let value else { return }
        // The parser takes no value that begins with a dash but behind an equals sign, and that only of a long option.
        guard value.utf8.first == UInt8(ascii: "-"), value.utf8.count > 1 else { return self.options.append(value) }
        self.options[self.options.count - 1] = "\(self.longName(of: option))=\(value)"
    }

    private func longName(of option: String) -> String {
        let names = self.command.arguments?.compactMap(\.names).first { names in
            names.contains { $0.word == ByteString(option) }
        }
        return names?.map(\.word.string).first { $0.utf8.starts(with: "--".utf8) } ?? option
    }

    /// `--name` or `--name=value`, whether or not there is such an option.
    private func isLongOption(_ word: ByteString) -> Bool {
        let name = word.cut(at: UInt8(ascii: "=")).before
        guard name.hasPrefix("--"), name.count > 2, name.utf8.dropFirst(2).first.map(Self.isLetter) == true else {
            return false
        }
        return name.utf8.dropFirst(2).allSatisfy { Self.isLetter($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    /// Several flags in one word, as `-qv`.
    private func isCluster(_ word: ByteString) -> Bool {
        guard word.count > 2, word.first == UInt8(ascii: "-") else { return false }
        return word.utf8.dropFirst().allSatisfy { byte in
            self.command.takesValue(ByteString(decoding: [UInt8(ascii: "-"), byte])) == false
        }
    }

    /// Whether `--` at the end can only be meant as the message.
    private var lacksMessage: Bool {
        guard let count = self.command.positionalCount else { return false }
        return count > 1 && self.words.count == count - 1 && !self.seen.contains("--file") && !self.seen.contains("-f")
    }

    /// Whether anything has to be rewritten.
    private func isNeeded() throws(Unknown) -> Bool {
        guard let first = self.words.first(where: \.isGuess) else { return self.hasDashedWords }
        let certain = self.words.filter { !$0.isGuess }.count
        guard let count = self.command.positionalCount else {
            // Of any number of topics a single letter is more likely an option that there is not.
            let letter = self.words.first { $0.isGuess && $0.text.utf8.count == 2 && certain > 0 }
            if let letter { throw self.unknown(letter.text) }
            return true
        }
        guard self.words.count <= count else { throw self.unknown(first.text) }
        return true
    }

    private func unknown(_ word: String) -> Unknown {
        Unknown(word: word, takesWords: self.command.positionalCount != 0)
    }

    private var hasDashedWords: Bool {
        let isJoined = self.options.contains { $0.utf8.contains(UInt8(ascii: "=")) }
        return isJoined || self.words.contains { $0.text.utf8.count > 1 && $0.text.utf8.first == UInt8(ascii: "-") }
    }
}
