/// How a connection uses TLS.
public struct RedisTLS: Sendable, Hashable {
    /// A PEM file with the authorities to trust; `nil` for those of the system.
    public var authorityFile: String?
    /// Whether the server's certificate and its host name are checked.
    public var verifies: Bool

    /// Makes the options.
    /// - Parameters:
    ///   - authorityFile: A PEM file with the authorities to trust; `nil` for those of the system.
    ///   - verifies: Whether the server's certificate and its host name are checked.
    public init(authorityFile: String? = nil, verifies: Bool = true) {
        self.authorityFile = authorityFile
        self.verifies = verifies
    }
}
