import ByteStrings
import NIOCore
import NIOSSL
import Synchronization

/// What the server shows its clients to prove who it is: pairs of a certificate and its key, chosen by the name that a client asks for,
/// and read again while the server runs.
public final class TLSCredentials: Sendable {
    private struct State {
        let context: NIOSSLContext
        let end: Int
    }

    private let pairs: [TLSPair]
    private let clientAuthority: TLSFile?
    private let state: Mutex<State>

    /// Reads certificates and keys.
    /// - Parameters:
    ///   - pairs: Where they are, at least one; the first counts for clients that ask for no name or for one that none has.
    ///   - clientAuthority: A file (PEM) with the authorities of whom one must have signed a client's certificate; `nil` if clients need none.
    /// - Throws: `InvalidCredentials`.
    public init(_ pairs: [TLSPair], clientAuthority: String? = nil) throws(InvalidCredentials) {
        self.pairs = pairs
        self.clientAuthority = clientAuthority.map(TLSFile.init)
        self.state = Mutex(try Self.load(pairs, self.clientAuthority))
    }

    /// What a connection begins with.
    var context: NIOSSLContext { self.state.withLock { $0.context } }

    /// When the first of the certificates ends, in seconds since 1970.
    public var end: Int { self.state.withLock { $0.end } }

    /// The files that were read, as they were then.
    private var files: [TLSFile] { self.pairs.flatMap(\.files) + [self.clientAuthority].compactMap(\.self) }

    /// Whether one of the files is another one than it was when it was looked at last.
    public func haveChanged() -> Bool {
        // All of them are looked at.
        self.files.reduce(false) { $1.hasChanged() || $0 }
    }

    /// Reads the files again. Connections that begin from then on are shown what they hold.
    /// - Throws: `InvalidCredentials`; everything stays as it was then.
    public func reload() throws(InvalidCredentials) {
        let new = try Self.load(self.pairs, self.clientAuthority)
        self.state.withLock { $0 = new }
    }

    private static func load(_ pairs: [TLSPair], _ clientAuthority: TLSFile?) throws(InvalidCredentials) -> State {
        var loaded: [LoadedPair] = []
        for pair in pairs { loaded.append(try pair.load()) }
        guard let first = loaded.first else { throw InvalidCredentials("there is no certificate") }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: first.chain, privateKey: first.key)
        configuration.minimumTLSVersion = .tlsv12
        // Nobody has to see that the other one has seen the end.
        configuration.shutdownTimeout = .seconds(1)
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if let clientAuthority {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try clientAuthority.certificates())
        }
        if loaded.count > 1 {
            let all = loaded
            configuration.sslContextCallback = { values, promise in
                promise.succeed(LoadedPair.chosen(from: all, for: values.serverHostname))
            }
        }
        do {
            let end = loaded.map(\.end).min() ?? 0
            return State(context: try NIOSSLContext(configuration: configuration), end: end)
        } catch {
            throw InvalidCredentials(
                "\(pairs[0].name): the key is not that of the certificate, or can't be used: \(error)")
        }
    }
}

/// Certificates or keys that a server can't be run with: one line that holds no key.
public struct InvalidCredentials: Error, Hashable, Sendable, CustomStringConvertible {
    /// That line.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
