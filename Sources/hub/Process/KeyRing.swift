import HubServer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The publish keys, those of the settings and those of a file, which may be read again.
struct KeyRing: Sendable {
    /// The keys in force.
    let keys = PublishKeys()
    private let given: [String]
    /// The file, if there is one.
    let file: String?

    init(_ settings: HubSettings) {
        self.given = settings.publishKeys
        self.file = settings.publishKeyFile
    }

    /// Reads the file and puts its keys in force; the keys stay as they are if that fails.
    /// - Throws: `InvalidSetting`.
    func reload() throws(InvalidSetting) {
        guard let file = self.file else { return self.keys.replace(with: self.given) }
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        } catch {
            throw InvalidSetting("--publish-key-file: \(InvalidSetting.quoted(file)) can't be read")
        }
        self.keys.replace(with: self.given + (try PublishKeyFile.keys(in: text, path: file)))
    }
}
