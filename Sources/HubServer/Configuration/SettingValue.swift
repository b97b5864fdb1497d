import ByteStrings

/// What a setting was given, and by whom.
public struct SettingValue: Hashable, Sendable {
    /// Who gave a value.
    public enum Source: Hashable, Sendable, CustomStringConvertible {
        /// The command line.
        case flag
        /// An environment variable.
        case environment(String)
        /// A line of the configuration file.
        case file(String, line: Int)
        /// Nobody.
        case defaults

        /// A few words for a comment.
        public var description: String {
            switch self {
            case .flag: "command line"
            case .environment(let variable): "environment \(variable)"
            case .file(let path, _): "file \(path)"
            case .defaults: "default"
            }
        }

        /// The same for the end of an error, which is about the command line if it says nothing else.
        fileprivate var remark: String {
            switch self {
            case .flag: ""
            case .file(_, let line): " (\(self), line \(line))"
            case .environment, .defaults: " (\(self))"
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

/// Why the hub can't start with what it was told: one line that names the flag, the value and what is accepted.
public struct InvalidSetting: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line.
    public let description: String

    /// Makes an error of a line.
    public init(_ description: String) {
        self.description = description
    }

    /// A value that is not accepted; it is not shown if the setting is a secret.
    init(_ setting: Setting, _ refused: RefusedText, from source: SettingValue.Source) {
        let isShown = setting.secrecy == .open || setting.secrecy == .password
        let shown = isShown ? Self.quoted(refused.text) : "the value"
        self.init("\(setting.flag): \(shown) \(refused.problem); accepted: \(refused.accepted)\(source.remark)")
    }

    /// A value as a line shows it: of a long one the beginning is enough.
    public static func quoted(_ value: String) -> String { "'\(ByteString(value).shortened(to: 100))'" }
}
