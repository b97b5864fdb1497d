import HTTPWire
import HubServer
import NIOCore
import RedisWire

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the hub was told, and what that means.
struct LoadedConfiguration {
    let values: [String: SettingValue]
    let settings: HubSettings
    /// What is in the environment and was most likely meant to count.
    let unknownVariables: UnknownVariables

    /// Reads all sources.
    /// - Throws: `InvalidSetting`.
    init(_ options: SettingOptions) throws(InvalidSetting) {
        let environment = ProcessInfo.processInfo.environment
        let sources = try SettingSources(flags: options.given, environment: environment)
        self.unknownVariables = UnknownVariables(in: environment)
        self.values = sources.values
        self.settings = try HubSettings(
            self.values, openFiles: OpenFileLimit.raise(), cores: System.coreCount
        ) { url in
            do throws(InvalidRedisURL) {
                _ = try RedisLocation(url)
                return nil
            } catch {
                return "\(InvalidSetting.quoted(RedisLocation.masking(url))) is not a bus: \(error)"
            }
        }
    }

    /// The configuration as YAML, without secrets.
    var yaml: String {
        EffectiveConfiguration(self.values, self.settings, mask: RedisLocation.masking).yaml
    }
}
