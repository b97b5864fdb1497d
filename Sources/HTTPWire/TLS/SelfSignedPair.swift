import Crypto
import NIOSSL
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension TLSPair {
    /// Makes a certificate that nobody has signed but itself, for a try: browsers warn of it.
    /// - Parameter host: A name that it is for besides those of this machine.
    /// - Throws: `InvalidCredentials`.
    public static func selfSigned(host: String) throws(InvalidCredentials) -> TLSPair {
        do {
            let key = P256.Signing.PrivateKey()
            let certificate = try Self.certificate(of: Certificate.PrivateKey(key), names: ["localhost", host])
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return TLSPair(
                try LoadedPair(
                    [NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)],
                    NIOSSLPrivateKey(bytes: Array(key.derRepresentation), format: .der)))
        } catch {
            throw InvalidCredentials("no certificate could be made: \(error)")
        }
    }

    private static func certificate(of key: Certificate.PrivateKey, names: [String]) throws -> Certificate {
        let subject = try DistinguishedName { CommonName("CometHub, for a try") }
        let addresses: [[UInt8]] = [[127, 0, 0, 1], Array(repeating: 0, count: 15) + [1]]
        let alternatives =
            names.map { GeneralName.dnsName($0) }
            + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date() - 3600, notValidAfter: Date() + 30 * 86_400, issuer: subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(alternatives)
            },
            issuerPrivateKey: key)
    }
}
