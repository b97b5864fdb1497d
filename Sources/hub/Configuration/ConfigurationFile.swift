import ByteStrings
import HubServer

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
        if root.scalar == "" { return }
        guard let pairs = root.pairs else { throw self.isNoMapping(at: root.line) }
        for (key, value) in pairs { try self.add(value, to: key) }
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
    private func root(of text: String) throws(InvalidSetting) -> YAMLNode? {
        do {
            return try YAMLDocument(text).root
        } catch {
            let place = "line \(error.line) of '\(self.path)'"
            throw InvalidSetting("--config: \(place) is not a configuration in YAML: \(error.reason)")
        }
    }

    private mutating func add(_ value: YAMLNode, to key: YAMLNode) throws(InvalidSetting) {
        guard let name = key.scalar.map({ ByteString($0) }), key.isAtLeftEdge else {
            throw self.isNoMapping(at: key.line)
        }
        // One that was misspelt is not passed over in silence.
        guard let setting = Setting.named(name) else {
            let problem = "in '\(self.path)' is not a setting; hub --help lists them"
            throw self.refusal(of: name, problem, line: key.line)
        }
        guard self.values[setting.name] == nil else {
            throw self.refusal(of: name, "is in '\(self.path)' twice, the second time in line \(key.line)")
        }
        guard let texts = Self.texts(in: value) else {
            throw self.refusal(of: name, "in '\(self.path)' must be a value or a list of values", line: key.line)
        }
        guard setting.kind == .list || value.elements == nil else {
            throw InvalidSetting(
                "\(setting.flag): the configuration file must give one value, not several (line \(key.line))")
        }
        self.values[setting.name] = SettingValue(texts, source: .file(self.path, line: key.line))
    }

    /// A value, or those of a list; `nil` for anything else.
    private static func texts(in node: YAMLNode) -> [String]? {
        if let text = node.scalar { return [ByteString(text).withoutLineEnds.string] }
        guard let elements = node.elements, elements.allSatisfy({ $0.scalar != nil }) else { return nil }
        return elements.compactMap { $0.scalar.map { SettingSources.trimmed($0) } }
    }

    private func isNoMapping(at line: Int) -> InvalidSetting {
        InvalidSetting("--config: line \(line) of '\(self.path)' is not of the form 'name: value' at the left edge")
    }

    private func refusal(of name: ByteString, _ problem: String, line: Int) -> InvalidSetting {
        self.refusal(of: name, "\(problem) (line \(line))")
    }

    /// The error about a name, of which no more is shown than any setting's has.
    private func refusal(of name: ByteString, _ problem: String) -> InvalidSetting {
        InvalidSetting("--config: '\(name.shortened(to: 64))' \(problem)")
    }
}
