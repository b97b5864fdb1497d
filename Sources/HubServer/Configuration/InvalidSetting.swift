/// Why the hub can't start with what it was told: one line that names the flag, the value and what is accepted.
public struct InvalidSetting: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line.
    public let description: String

    /// Makes an error of a line.
    public init(_ description: String) {
        self.description = description
    }

    /// A value that is not accepted.
    /// - Parameters:
    ///   - setting: The setting.
    ///   - text: The value; not shown if the setting is a secret.
    ///   - problem: What it is not, such as `is not a duration`.
    ///   - accepted: What is.
    init(_ setting: Setting, _ text: String, _ problem: String, accepted: String) {
        let shown = setting.isSecret ? "the value" : "'\(text)'"
        self.init("\(setting.flag): \(shown) \(problem); accepted: \(accepted)")
    }
}
