public import ByteStrings

/// Something that the hub may be told, by a flag, by the environment, or by the configuration file.
///
/// Whatever is to be said of a setting is said once, in `all`. The flags, the variables, the names in the file, `hub --help`,
/// `hub config` and the table in `docs/operating.md` follow from that.
public struct Setting: Sendable {
    /// How a setting is written.
    public enum Kind: Hashable, Sendable {
        /// One value.
        case single
        /// Any number of values: the flag is repeated, the environment separates them by commas, YAML has a list.
        case list
        /// On or off.
        case toggle
    }

    /// What of a value must not be shown.
    public enum Secrecy: Hashable, Sendable {
        /// Nothing.
        case open
        /// The password of a URL.
        case password
        /// Of an `http://` or `https://` address the user, the password and the query.
        case address
        /// All of it.
        case secret
    }

    /// The name in the file; the flag is `--name`.
    public let name: String
    /// How it is written.
    public let kind: Kind
    /// What the value is called in the help.
    public let placeholder: String
    /// Whether the flag's value may begin with a dash.
    public let isNumeric: Bool
    /// What counts if nobody says anything; `nil` if nothing does.
    public let defaultValue: String?
    /// What it is, in Markdown.
    public let summary: String
    /// What else is to be said of it where there is more room than in the help, in Markdown.
    public let notes: String
    /// What of the value must not be shown.
    public let secrecy: Secrecy
    private let otherwise: @Sendable (HubSettings) -> String?
    private let assign: @Sendable (inout HubSettings, [String]) throws(RefusedText) -> Void

    /// Describes a setting.
    /// - Parameters:
    ///   - name: The name in the file.
    ///   - form: How it is written, and what is accepted.
    ///   - defaultValue: What counts if nobody says anything, as it would be written.
    ///   - secrecy: What of the value must not be shown.
    ///   - summary: What it is, in Markdown, of which the help knows the marks of code alone. `{values}` stands for those of the form.
    ///   - notes: More of it, for the table in the documentation.
    ///   - otherwise: What is in force if nobody says anything and there is no default.
    ///   - assign: Puts the value where it takes effect.
    init<Value>(
        _ name: String, _ form: SettingForm<Value>, default defaultValue: String? = nil, secrecy: Secrecy = .open,
        _ summary: String, notes: String = "",
        otherwise: @escaping @Sendable (HubSettings) -> String? = { _ in nil },
        assign: @escaping @Sendable (inout HubSettings, Value) throws(RefusedText) -> Void
    ) {
        self.name = name
        self.kind = form.kind
        self.placeholder = form.placeholder
        self.isNumeric = form.isNumeric
        self.defaultValue = defaultValue
        self.summary = summary.replacing("{values}", with: form.values)
        self.notes = notes
        self.secrecy = secrecy
        self.otherwise = otherwise
        self.assign = { settings, texts throws(RefusedText) in try assign(&settings, try form.read(texts)) }
    }

    /// The flag, `--port` say.
    public var flag: String { "--\(self.name)" }

    /// The environment variable, `HUB_PORT` say.
    public var variable: String { "HUB_" + String(self.name.uppercased().map { $0 == "-" ? "_" : $0 }) }

    /// What the help says of it.
    public var help: String { self.summary.filter { $0 != "`" } }

    /// The setting of a name; `nil` if there is none.
    public static func named(_ name: ByteString) -> Setting? {
        self.all.first { ByteString($0.name) == name }
    }

    /// What is in force without a value; `nil` if nothing is.
    func standing(in settings: HubSettings) -> String? { self.defaultValue ?? self.otherwise(settings) }

    /// Checks what was given, or the default, and puts it in force.
    /// - Throws: `InvalidSetting` if the value can't be accepted.
    func apply(_ value: SettingValue?, to settings: inout HubSettings) throws(InvalidSetting) {
        guard let texts = value?.texts ?? self.defaultValue.map({ [$0] }) else { return }
        guard self.kind == .list || texts.count == 1 else {
            throw InvalidSetting("\(self.flag): may be given once only, not \(texts.count) times")
        }
        do throws(RefusedText) {
            try self.assign(&settings, texts)
        } catch {
            throw InvalidSetting(self, error, from: value?.source ?? .flag)
        }
    }
}
