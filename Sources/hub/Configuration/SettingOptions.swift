import ArgumentParser
import HubServer

/// The flags of the hub: one for each setting, and that of the configuration file.
///
/// All are taken as text: what a value may be is decided in one place, whoever gave it. The parser finds the flags of a type
/// among the property wrappers that its mirror shows, and reads each under its name. So it is shown those that follow from
/// the list of settings, and the help, the completions and the errors are the parser's own.
struct SettingOptions: ParsableArguments, CustomReflectable {
    private static let settings = [Setting.configurationFile] + Setting.all

    /// What the command line says, by the name of the setting.
    let given: [String: [String]]

    init() { self.given = [:] }

    init(from decoder: any Decoder) throws {
        let flags = try decoder.container(keyedBy: FlagName.self)
        var given: [String: [String]] = [:]
        for setting in Self.settings { given[setting.name] = try setting.texts(in: flags) }
        self.given = given
    }

    var customMirror: Mirror {
        Mirror(self, children: Self.settings.map { (label: $0.name, value: $0.flagDefinition) })
    }
}

/// The name of a flag, as the parser asks for it.
private struct FlagName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
}

extension Setting {
    /// What the parser knows a flag by.
    fileprivate var flagDefinition: Any {
        let name = NameSpecification.customLong(self.name)
        switch self.kind {
        case .single:
            return Option<String?>(name: name, parsing: self.isNumeric ? .unconditional : .next, help: self.flagHelp)
        case .list: return Option<[String]>(wrappedValue: [], name: name, help: self.flagHelp)
        case .toggle: return Flag<Bool?>(name: name, inversion: .prefixedNo, help: self.flagHelp)
        }
    }

    /// What it is, its variable and its default.
    private var flagHelp: ArgumentHelp {
        let separated = self.kind == .list ? ", separated by commas" : ""
        let defaultValue = self.defaultValue.map { " Default: \($0)." } ?? ""
        return ArgumentHelp(
            "\(self.help) Environment: \(self.variable)\(separated).\(defaultValue)", valueName: self.placeholder)
    }

    /// What the command line says; `nil` if nothing.
    fileprivate func texts(in flags: KeyedDecodingContainer<FlagName>) throws -> [String]? {
        let name = FlagName(stringValue: self.name)
        switch self.kind {
        case .single: return try flags.decode(Option<String?>.self, forKey: name).wrappedValue.map { [$0] }
        case .toggle: return try flags.decode(Flag<Bool?>.self, forKey: name).wrappedValue.map { ["\($0)"] }
        case .list:
            let texts = try flags.decode(Option<[String]>.self, forKey: name).wrappedValue
            return texts.isEmpty ? nil : texts
        }
    }
}
