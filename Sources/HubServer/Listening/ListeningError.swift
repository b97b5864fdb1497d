/// An address can't be listened on.
public struct ListeningError: Error {
    /// Whether it is the operating address.
    public let isOperating: Bool
    /// The host, as it was configured.
    public let host: String
    /// The port.
    public let port: Int
    /// Why.
    public let reason: any Error
}
