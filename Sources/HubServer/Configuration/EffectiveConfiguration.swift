import HubTokens

/// The configuration in force as YAML, with secrets masked and a word on where each value comes from.
public struct EffectiveConfiguration {
    private let values: [String: SettingValue]
    private let settings: HubSettings
    private let mask: (String) -> String

    /// Makes the description of a configuration.
    /// - Parameters:
    ///   - values: What was given.
    ///   - settings: The same, checked.
    ///   - mask: Hides the password in a bus's URL.
    public init(_ values: [String: SettingValue], _ settings: HubSettings, mask: @escaping (String) -> String) {
        self.values = values
        self.settings = settings
        self.mask = mask
    }

    /// The text. It is a configuration file of its own, but for the secrets.
    public var yaml: String {
        Setting.all.map { setting in
            let value = self.values[setting.name]
            let source = value?.source ?? .defaults
            switch setting.kind {
            case .list: return self.list(setting, value?.texts ?? [], source)
            case .single, .toggle: return self.single(setting, value?.texts.first, source)
            }
        }.joined()
    }

    private func list(_ setting: Setting, _ texts: [String], _ source: SettingValue.Source) -> String {
        guard !texts.isEmpty else { return "\(setting.name): []  # \(source)\n" }
        let elements = texts.map { "  - \(self.scalar(self.shown($0, setting)))\n" }
        return "\(setting.name):  # \(source)\n" + elements.joined()
    }

    private func single(_ setting: Setting, _ text: String?, _ source: SettingValue.Source) -> String {
        guard let text = text ?? setting.standing(in: self.settings) else {
            return "# \(setting.name) is not set\n"
        }
        return "\(setting.name): \(self.scalar(self.shown(text, setting)))  # \(source)\n"
    }

    private func shown(_ text: String, _ setting: Setting) -> String {
        switch setting.secrecy {
        case .open: text
        case .password: self.mask(text)
        case .address: HTTPAddress.isMeant(by: text) ? HTTPAddress.masking(text) : text
        case .secret: "***"
        }
    }

    /// A scalar, quoted where YAML might take it for something else.
    private func scalar(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F: true
            default: false
            }
        }
        guard !isPlain || text.isEmpty || text.hasPrefix("-") else { return text }
        let escaped = text.map { $0 == "\"" ? "\\\"" : $0 == "\\" ? "\\\\" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}
