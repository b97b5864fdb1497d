import ByteStrings

/// A file with publish keys, one a line; empty lines and lines that begin with `#` do not count.
public enum PublishKeyFile {
    static let acceptedKeys = "1 to 512 visible ASCII characters"

    /// Reads the keys out of a file's text.
    /// - Parameters:
    ///   - text: The text.
    ///   - path: The file's name, for errors.
    /// - Returns: At least one key.
    /// - Throws: `InvalidSetting`, which names the line but not what is in it.
    public static func keys(in text: String, path: String) throws(InvalidSetting) -> [String] {
        var keys: [String] = []
        let lines = text.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "\n") }
        for (index, line) in lines.enumerated() {
            let line = ByteString(line).trimmed
            let key = (line.last == UInt8(ascii: "\r") ? line.dropLast() : line).trimmed.string
            guard !key.isEmpty, key.utf8.first != UInt8(ascii: "#") else { continue }
            guard self.isKey(key) else {
                throw InvalidSetting(
                    "--publish-key-file: line \(index + 1) of '\(path)' is not a key; accepted: \(self.acceptedKeys)")
            }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw InvalidSetting("--publish-key-file: there is no key in '\(path)'") }
        return keys
    }

    /// Whether a text can be sent as a key.
    static func isKey(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
