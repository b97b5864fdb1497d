/// What a setting was given, and by whom.
public struct SettingValue: Hashable, Sendable {
    /// Who gave a value.
    public enum Source: Hashable, Sendable, CustomStringConvertible {
        /// The command line.
        case flag
        /// An environment variable.
        case environment(String)
        /// The configuration file.
        case file(String)
        /// Nobody.
        case defaults

        /// A few words for a comment.
        public var description: String {
            switch self {
            case .flag: "command line"
            case .environment(let variable): "environment \(variable)"
            case .file(let path): "file \(path)"
            case .defaults: "default"
            }
        }
    }

    /// The values: one, unless the setting is a list.
    public let texts: [String]
    /// Who gave them.
    public let source: Source

    /// Makes a value.
    public init(_ texts: [String], source: Source) {
        self.texts = texts
        self.source = source
    }
}
