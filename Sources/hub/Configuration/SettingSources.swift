import ByteStrings
import HubServer

/// Where settings come from, the first that has one outranking the others: flags, environment, file.
struct SettingSources {
    private let flags: [String: [String]]
    private let environment: [String: String]
    private let file: ConfigurationFile?

    /// Gathers the sources.
    /// - Parameters:
    ///   - flags: What the command line says, by the name of the setting.
    ///   - environment: The variables.
    /// - Throws: `InvalidSetting` if the configuration file is wrong.
    init(flags: [String: [String]], environment: [String: String]) throws(InvalidSetting) {
        self.flags = flags
        self.environment = environment
        let path = flags[Setting.configurationFile.name]?.first ?? Self.text(.configurationFile, in: environment) ?? ""
        self.file = path.isEmpty ? nil : try ConfigurationFile(path: path)
    }

    /// What was given, by the name of the setting.
    var values: [String: SettingValue] {
        var values: [String: SettingValue] = [:]
        for setting in Setting.all { values[setting.name] = self.value(of: setting) }
        return values
    }

    private func value(of setting: Setting) -> SettingValue? {
        if let texts = self.flags[setting.name] {
            return SettingValue(setting.kind == .list ? texts.map(Self.trimmed) : texts, source: .flag)
        }
        if let text = Self.text(setting, in: self.environment) {
            let texts = setting.kind == .list ? Self.elements(of: text) : [text]
            return SettingValue(texts, source: .environment(setting.variable))
        }
        return self.file?.values[setting.name]
    }

    /// The value of a variable. An empty one is none: so it is in a compose file with `${HUB_BUS:-}`. Nor is
    /// `HUB_PORT=tcp://10.96.0.1:80` one: Kubernetes sets it in every pod beside a service that is named hub, and
    /// `HUB_OPERATING_PORT` beside one that is named hub-operating.
    private static func text(_ setting: Setting, in environment: [String: String]) -> String? {
        guard let text = environment[setting.variable].map({ ByteString($0).withoutLineEnds }), !text.isEmpty,
            !(ByteString(setting.name).hasSuffix("port") && ServiceVariable.isAddress(text))
        else { return nil }
        return text.string
    }

    /// An empty element stays, to be refused: an empty key must not become no key.
    private static func elements(of text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }
    }

    /// An element of a list without white space around it.
    static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
