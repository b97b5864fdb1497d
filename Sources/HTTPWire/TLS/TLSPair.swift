import ByteStrings
import NIOSSL
import SwiftASN1
import X509

/// A certificate and its key: two files, or made for a try.
public struct TLSPair: Sendable {
    private enum Source {
        case files(certificate: TLSFile, key: TLSFile)
        case made(LoadedPair)
    }

    private let source: Source

    /// Names two files, which are read later.
    /// - Parameters:
    ///   - certificate: PEM, with the certificates of its issuers after it.
    ///   - key: PEM, not encrypted.
    public init(certificate: String, key: String) {
        self.source = .files(certificate: TLSFile(certificate), key: TLSFile(key))
    }

    init(_ made: LoadedPair) {
        self.source = .made(made)
    }

    /// What to call it where something is wrong with it.
    var name: String {
        if case .files(let certificate, _) = self.source { "'\(certificate.path)'" } else { "the certificate" }
    }

    var files: [TLSFile] {
        if case .files(let certificate, let key) = self.source { [certificate, key] } else { [] }
    }

    func load() throws(InvalidCredentials) -> LoadedPair {
        switch self.source {
        case .made(let pair): return pair
        case .files(let certificate, let key):
            return try LoadedPair(try certificate.certificates(), try key.privateKey())
        }
    }
}

/// A certificate and its key, ready to be shown.
struct LoadedPair: Sendable {
    let chain: [NIOSSLCertificateSource]
    let key: NIOSSLPrivateKeySource
    /// When the certificate ends, in seconds since 1970.
    let end: Int
    /// The names of hosts that it is for, in lower case; one may begin with `*.`.
    private let names: [ByteString]

    /// - Parameter chain: At least one; the first is the server's own.
    init(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) throws(InvalidCredentials) {
        self.chain = chain.map { .certificate($0) }
        self.key = .privateKey(key)
        self.end = chain.first.map { Int($0.notValidAfter) } ?? 0
        self.names = chain.first.map(Self.names) ?? []
    }

    /// The pair for a name that a client asks for (RFC 6066, 3).
    static func chosen(from pairs: [LoadedPair], for name: String?) -> NIOSSLContextConfigurationOverride {
        guard let name = name.map({ ByteString($0).lowercasedASCII }), let pair = pairs.first(where: { $0.isFor(name) })
        else { return .noChanges }
        var choice = NIOSSLContextConfigurationOverride()
        choice.certificateChain = pair.chain
        choice.privateKey = pair.key
        return choice
    }

    /// A wildcard stands for one label (RFC 9525, 6.3).
    private func isFor(_ name: ByteString) -> Bool {
        let parent = name.cut(at: UInt8(ascii: ".")).after
        return self.names.contains { own in
            own == name || (own.hasPrefix("*.") && parent == own.dropFirst(2))
        }
    }

    private static func names(of certificate: NIOSSLCertificate) -> [ByteString] {
        guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes),
            let names = try? parsed.extensions.subjectAlternativeNames
        else { return [] }
        return names.compactMap { name in
            if case .dnsName(let host) = name { ByteString(host).lowercasedASCII } else { nil }
        }
    }
}
