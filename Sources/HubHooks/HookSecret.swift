import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What requests to an application are signed with, as Standard Webhooks wants it (standardwebhooks.com, "Signature scheme"), so that
/// any library of theirs can check them.
public struct HookSecret: Sendable {
    private static let prefix = "whsec_"
    private let key: SymmetricKey

    /// Reads a secret: `whsec_` and 24 to 64 bytes in Base64.
    /// - Returns: `nil` for anything else.
    public init?(_ text: String) {
        guard text.utf8.starts(with: Self.prefix.utf8),
            let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))), (24...64).contains(bytes.count)
        else { return nil }
        self.key = SymmetricKey(data: bytes)
    }

    /// Signs a request: `v1,` and the signature in Base64.
    /// - Parameters:
    ///   - body: Its body.
    ///   - id: What names it; the same when it is sent again.
    ///   - time: When it is sent, in seconds since 1970.
    func signature(of body: [UInt8], id: String, time: Int) -> String {
        var hash = HMAC<SHA256>(key: self.key)
        hash.update(data: Array("\(id).\(time).".utf8))
        hash.update(data: body)
        return "v1,\(Data(hash.finalize()).base64EncodedString())"
    }
}
