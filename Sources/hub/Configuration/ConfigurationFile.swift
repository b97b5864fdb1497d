import ByteStrings
import Configuration
import HubServer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The file of `--config`: YAML with one `name: value` or `name: [values]` for each setting.
struct ConfigurationFile {
    /// Gives the values.
    let snapshot: any ConfigSnapshot

    /// Reads a file.
    /// - Throws: `InvalidSetting` if it can't be read, is not YAML, or holds something that is no setting.
    init(path: String) throws(InvalidSetting) {
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw InvalidSetting("--config: '\(path)' can't be read")
        }
        let names = try Self.names(in: text, path: path)
        if names.isEmpty {
            self.snapshot = InMemoryProvider(name: "empty file", values: [:]).snapshot()
            return
        }
        try Self.check(names, path: path)
        do {
            let bytes = Array(text.utf8)
            self.snapshot = try YAMLSnapshot(data: bytes.span.bytes, providerName: path, parsingOptions: .default)
        } catch {
            let reason = "\(error)".split(whereSeparator: \.isNewline).first ?? ""
            throw InvalidSetting("--config: '\(path)' is not a configuration in YAML: \(reason)")
        }
        try self.checkValues(of: names, path: path)
    }

    /// The names at the left edge. The parsed file answers for names that one asks for, and would pass over all others in
    /// silence; a setting that was misspelt must not be.
    private static func names(in text: String, path: String) throws(InvalidSetting) -> [String] {
        var names: [String] = []
        let lines = text.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "\n") }
        for (index, line) in lines.enumerated() {
            let line = ByteString(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            guard let mark = line.trimmed.first, mark != UInt8(ascii: "#") else { continue }
            if line.hasPrefix("---") || line.hasPrefix("...") || line.hasPrefix("%") { continue }
            // What is indented, or an element of a list, belongs to the name before it.
            let isPart = line.hasPrefix(" ") || line.hasPrefix("\t") || line.hasPrefix("- ") || line == "-"
            if isPart, !names.isEmpty { continue }
            guard !isPart, let name = Self.name(before: line.cut(at: UInt8(ascii: ":"))) else {
                throw InvalidSetting(
                    "--config: line \(index + 1) of '\(path)' is not of the form 'name: value' at the left edge")
            }
            names.append(name)
        }
        return names
    }

    /// A name may be in quotes. One that is longer than any setting's is cut.
    private static func name(before colon: (before: ByteString, after: ByteString?)) -> String? {
        guard colon.after != nil else { return nil }
        let unquoted = colon.before.utf8.filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") && $0 != 0x20 }
        return ByteString(decoding: unquoted).shortened(to: 64)
    }

    private static func check(_ names: [String], path: String) throws(InvalidSetting) {
        for name in names where Setting.named(name) == nil {
            throw InvalidSetting("--config: '\(name)' in '\(path)' is not a setting; hub --help lists them")
        }
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw InvalidSetting("--config: '\(name)' is in '\(path)' twice")
        }
    }

    /// A setting whose value is neither a text nor a list would not be found.
    private func checkValues(of names: [String], path: String) throws(InvalidSetting) {
        for name in names {
            let key = AbsoluteConfigKey([name])
            let isThere = [ConfigType.string, .stringArray].contains { type in
                (try? self.snapshot.value(forKey: key, type: type).value) != nil
            }
            guard !isThere else { continue }
            throw InvalidSetting("--config: '\(name)' in '\(path)' must be a value or a list of values")
        }
    }
}
