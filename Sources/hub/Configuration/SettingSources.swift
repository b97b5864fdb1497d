import ByteStrings
import Configuration
import HubServer

/// Where settings come from, the first that has one outranking the others: flags, environment, file.
struct SettingSources {
    private struct Origin {
        let snapshot: any ConfigSnapshot
        let source: (Setting) -> SettingValue.Source
        /// What a value is, as it was given.
        var read: (String) -> String = { ByteString($0).withoutLineEnds.string }
    }

    private let origins: [Origin]

    /// Gathers the sources.
    /// - Parameters:
    ///   - flags: What the command line says, by the name of the setting.
    ///   - configurationFile: The file that the command line names.
    ///   - environment: The variables.
    /// - Throws: `InvalidSetting` if the file can't be read.
    init(
        flags: [String: [String]], configurationFile: String?, environment: [String: String]
    ) throws(InvalidSetting) {
        var origins = [
            // A shell has taken the line end of `$(…)` already.
            Origin(snapshot: Self.provider(of: flags).snapshot(), source: { _ in .flag }, read: { $0 }),
            Origin(snapshot: Self.provider(of: environment).snapshot(), source: { .environment($0.variable) }),
        ]
        let namedFile = environment["HUB_CONFIG"].map { ByteString($0).withoutLineEnds.string }
        if let path = configurationFile ?? namedFile, !path.isEmpty {
            let file = try ConfigurationFile(path: path)
            origins.append(Origin(snapshot: file.snapshot, source: { _ in .file(path) }))
        }
        self.origins = origins
    }

    /// What was given, by the name of the setting.
    var values: [String: SettingValue] {
        get throws(InvalidSetting) {
            var values: [String: SettingValue] = [:]
            for setting in Setting.all { values[setting.name] = try self.value(setting) }
            return values
        }
    }

    private func value(_ setting: Setting) throws(InvalidSetting) -> SettingValue? {
        for origin in self.origins {
            guard let texts = try Self.texts(setting, origin.snapshot)?.map({ origin.read($0) }) else { continue }
            return SettingValue(texts, source: origin.source(setting))
        }
        return nil
    }

    /// A list may be written as one text with commas, which is all that the environment can do.
    private static func texts(
        _ setting: Setting, _ snapshot: any ConfigSnapshot
    ) throws(InvalidSetting) -> [String]? {
        let key = AbsoluteConfigKey([setting.name])
        do {
            if setting.kind == .list, let list = try? snapshot.value(forKey: key, type: .stringArray).value,
                case .stringArray(let texts) = list.content
            {
                // An empty element stays, to be refused: an empty key must not become no key.
                return texts.map(Self.trimmed)
            }
            guard case .string(let text) = try snapshot.value(forKey: key, type: .string).value?.content else {
                return nil
            }
            return [text]
        } catch {
            throw InvalidSetting("\(setting.flag): the configuration file must give one value, not several")
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    private static func provider(of flags: [String: [String]]) -> any ConfigProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, texts) in flags {
            let isList = Setting.named(name)?.kind == .list
            let content: ConfigContent = isList ? .stringArray(texts) : .string(texts[0])
            values[AbsoluteConfigKey([name])] = ConfigValue(content, isSecret: false)
        }
        return InMemoryProvider(name: "flags", values: values)
    }

    /// The environment, where an empty variable is none: so it is in a compose file with `${HUB_BUS:-}`. Nor is
    /// `HUB_PORT=tcp://10.96.0.1:80` one: Kubernetes sets it in every pod beside a service that is named hub.
    private static func provider(of environment: [String: String]) -> any ConfigProvider {
        let variables = environment.mapValues { ByteString($0).withoutLineEnds.string }.filter { name, value in
            name.hasPrefix("HUB_") && !value.isEmpty && !(name == "HUB_PORT" && value.hasPrefix("tcp://"))
        }
        return EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: ["hub"])
    }
}
