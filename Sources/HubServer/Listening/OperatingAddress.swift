/// Where the paths for those who run the hub are served, if not where clients connect.
public struct OperatingAddress: Hashable, Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 lets the system choose.
    public var port: Int

    /// Makes an address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
