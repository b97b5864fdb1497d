import ByteStrings
import HubServer
import Yams

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The file of `--config`: YAML with one `name: value` or `name: [values]` for each setting.
struct ConfigurationFile {
    /// What the file says, by the name of the setting.
    private(set) var values: [String: SettingValue] = [:]
    private let path: String

    /// Reads a file.
    /// - Throws: `InvalidSetting` if it can't be read, is not YAML, or holds something that is no setting.
    init(path: String) throws(InvalidSetting) {
        self.path = path
        guard let root = try self.root(of: try Self.text(at: path)) else { return }
        // That is all there is after a `---` alone.
        if let scalar = root.scalar, scalar.string.isEmpty { return }
        guard let mapping = root.mapping else { throw self.isNoMapping(at: root.mark) }
        for (key, value) in mapping { try self.add(value, to: key) }
    }

    private static func text(at path: String) throws(InvalidSetting) -> String {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw InvalidSetting("--config: '\(path)' can't be read")
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw InvalidSetting("--config: '\(path)' is not UTF-8")
        }
        return text
    }

    /// The parsed text; `nil` if it says nothing.
    private func root(of text: String) throws(InvalidSetting) -> Node? {
        do {
            return try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch YamlError.duplicatedKeysInMapping(let names, let context) {
            // Where the second one is, the parser does not say.
            throw self.repetition(of: ByteString(names[0]), "first", line: context.mark.line)
        } catch YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _)
        {
            throw self.isNoYAML("\(context.map { "\($0.text), " } ?? "")\(problem)", line: mark.line)
        } catch YamlError.reader(let problem, let offset, _, _) {
            throw self.isNoYAML(problem, line: text.prefix(offset ?? 0).filter(\.isNewline).count + 1)
        } catch {
            throw self.isNoYAML("\(error)", line: 1)
        }
    }

    private mutating func add(_ value: Node, to key: Node) throws(InvalidSetting) {
        guard let name = key.scalar.map({ ByteString($0.string) }), let mark = key.mark, mark.column == 1 else {
            throw self.isNoMapping(at: key.mark)
        }
        // One that was misspelt is not passed over in silence.
        guard let setting = Setting.named(name) else {
            let problem = "in '\(self.path)' is not a setting; hub --help lists them"
            throw self.refusal(of: name, problem, line: mark.line)
        }
        guard self.values[setting.name] == nil else {
            throw self.repetition(of: name, "second", line: mark.line)
        }
        guard let texts = Self.texts(in: value) else {
            throw self.refusal(of: name, "in '\(self.path)' must be a value or a list of values", line: mark.line)
        }
        guard setting.kind == .list || value.sequence == nil else {
            throw InvalidSetting(
                "\(setting.flag): the configuration file must give one value, not several (line \(mark.line))")
        }
        self.values[setting.name] = SettingValue(texts, source: .file(self.path, line: mark.line))
    }

    /// A value, or those of a list; `nil` for anything else.
    private static func texts(in node: Node) -> [String]? {
        if let text = node.scalar?.string { return [ByteString(text).withoutLineEnds.string] }
        guard let elements = node.sequence, elements.allSatisfy({ $0.scalar != nil }) else { return nil }
        return elements.compactMap { $0.scalar.map { SettingSources.trimmed($0.string) } }
    }

    private func isNoMapping(at mark: Mark?) -> InvalidSetting {
        InvalidSetting(
            "--config: line \(mark?.line ?? 1) of '\(self.path)' is not of the form 'name: value' at the left edge")
    }

    private func isNoYAML(_ reason: String, line: Int) -> InvalidSetting {
        InvalidSetting("--config: line \(line) of '\(self.path)' is not a configuration in YAML: \(reason)")
    }

    private func repetition(of name: ByteString, _ time: String, line: Int) -> InvalidSetting {
        self.refusal(of: name, "is in '\(self.path)' twice, the \(time) time in line \(line)")
    }

    private func refusal(of name: ByteString, _ problem: String, line: Int) -> InvalidSetting {
        self.refusal(of: name, "\(problem) (line \(line))")
    }

    /// The error about a name, of which no more is shown than any setting's has.
    private func refusal(of name: ByteString, _ problem: String) -> InvalidSetting {
        InvalidSetting("--config: '\(name.shortened(to: 64))' \(problem)")
    }
}
