import HubDoor
import HubHooks
import HubServer
import HubTokens
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The publish keys and the token keys, those of the settings and those of files, which may be read again.
struct KeyRing: Sendable {
    /// The publish keys in force.
    let publishKeys = PublishKeys()
    /// The token keys in force; `nil` if there are no tokens.
    let tokenKeys: TokenKeyring?
    private let settings: HubSettings

    init(_ settings: HubSettings, on eventLoop: any EventLoop) {
        self.settings = settings
        self.tokenKeys = settings.takesTokens ? TokenKeyring(on: eventLoop) : nil
    }

    /// Who may do what, by these keys.
    /// - Parameter hooks: The applications that are asked about everybody else.
    func access(hooks: Hooks) -> AccessRules {
        AccessRules(
            keys: self.publishKeys,
            tokens: self.tokenKeys.map { TokenCheck($0, rules: self.settings.tokenRules) },
            publicTopics: self.settings.publicTopics, hooks: hooks)
    }

    /// The files that are read again.
    var files: [String] {
        let tokenFiles = self.settings.tokenKeys.compactMap { key in
            if case .file(let path) = key.source { path } else { nil }
        }
        return (self.settings.publishKeyFile.map { [$0] } ?? []) + tokenFiles
    }

    /// Reads the files and puts their keys in force; all keys stay as they are if that fails.
    /// - Throws: `InvalidSetting`.
    func reload() async throws(InvalidSetting) {
        let publishKeys = try self.readPublishKeys()
        var tokenKeys: [TokenKey] = []
        for setting in self.settings.tokenKeys { tokenKeys.append(try await Self.read(setting)) }
        self.publishKeys.replace(with: publishKeys)
        self.tokenKeys?.replaceGiven(with: TokenKeys(tokenKeys))
    }

    private func readPublishKeys() throws(InvalidSetting) -> [String] {
        guard let file = self.settings.publishKeyFile else { return self.settings.publishKeys }
        let text = try Self.text(of: file)
        return self.settings.publishKeys + (try PublishKeyFile.keys(in: text, path: file))
    }

    private static func read(_ setting: TokenKeySetting) async throws(InvalidSetting) -> TokenKey {
        do throws(InvalidKey) {
            return try await setting.key()
        } catch {
            throw InvalidSetting("--jwt-key: \(error)")
        }
    }

    private static func text(of path: String) throws(InvalidSetting) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw InvalidSetting("--publish-key-file: \(InvalidSetting.quoted(path)) can't be read")
        }
    }
}
