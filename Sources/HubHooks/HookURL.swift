import HubTokens

/// Where an application is asked, or told: an `http://` or `https://` address.
public struct HookURL: Hashable, Sendable {
    /// The address, as it was given.
    public let text: String

    /// Takes an address; `nil` if it is none, or has a fragment.
    public init?(_ text: String) {
        guard HTTPAddress.isValid(text) else { return nil }
        self.text = text
    }

    /// The address without what a password or a key may stand in.
    var shown: String { HTTPAddress.masking(self.text) }
}
