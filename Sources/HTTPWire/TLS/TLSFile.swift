import NIOSSL
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file with certificates or a key, which may become another one.
final class TLSFile: Sendable {
    private struct Stamp: Equatable {
        let modified: Date?
        let size: Int?
        let number: Int?
    }

    let path: String
    private let stamp: Mutex<Stamp>

    init(_ path: String) {
        self.path = path
        self.stamp = Mutex(Self.stamp(of: path))
    }

    /// Whether it is another one than it was when this was asked last.
    func hasChanged() -> Bool {
        let new = Self.stamp(of: self.path)
        return self.stamp.withLock { stamp in
            defer { stamp = new }
            return stamp != new
        }
    }

    /// Certificates as PEM, at least one.
    func certificates() throws(InvalidCredentials) -> [NIOSSLCertificate] {
        let bytes = try self.bytes()
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw InvalidCredentials("'\(self.path)' has no certificate; accepted: PEM")
        }
        return certificates
    }

    /// A private key as PEM.
    func privateKey() throws(InvalidCredentials) -> NIOSSLPrivateKey {
        let bytes = try self.bytes()
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw InvalidCredentials("'\(self.path)' has no private key; accepted: PEM that is not encrypted")
        }
        return key
    }

    private func bytes() throws(InvalidCredentials) -> [UInt8] {
        guard let data = try? Data(contentsOf: URL(filePath: self.path)) else {
            throw InvalidCredentials("'\(self.path)' can't be read")
        }
        return Array(data)
    }

    /// A name that leads to another file (Kubernetes changes a link) is followed.
    private static func stamp(of path: String) -> Stamp {
        let real = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: real)
        return Stamp(
            modified: attributes?[.modificationDate] as? Date, size: attributes?[.size] as? Int,
            number: attributes?[.systemFileNumber] as? Int)
    }
}
