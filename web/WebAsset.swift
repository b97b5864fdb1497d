/// A file that browsers load.
public struct WebAsset: Sendable {
    /// The path at which it is served.
    public let path: String
    /// Its `Content-Type`.
    public let type: String
    /// What is in it.
    public let bytes: [UInt8]

    init(_ path: String, _ type: String, _ bytes: [UInt8]) {
        self.path = path
        self.type = type
        self.bytes = bytes
    }
}
