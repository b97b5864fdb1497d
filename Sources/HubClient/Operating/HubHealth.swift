/// The condition of a hub.
public struct HubHealth: Hashable, Sendable {
    /// The hub's address.
    public let url: String
    /// Whether it delivers and publishes events.
    public let isReady: Bool
    /// Why it does not, in one line; or what else it has to say.
    public let detail: String?

    /// Makes a health report.
    public init(url: String, isReady: Bool, detail: String?) {
        self.url = url
        self.isReady = isReady
        self.detail = detail
    }
}
