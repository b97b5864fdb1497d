public import ByteStrings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A token key as it is given: its algorithm, its name, and the key or the file that holds it.
public struct TokenKeySetting: Hashable, Sendable {
    /// Where the key is.
    public enum Source: Hashable, Sendable {
        /// A secret, or PEM.
        case text(String)
        /// A file with one of them.
        case file(String)
    }

    /// What a setting looks like, for messages.
    public static let accepted = """
        ALG:SECRET or ALG:@FILE, ALG,kid=ID:…; ALG is one of \(TokenAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))
        """

    /// What the key is for.
    public let algorithm: TokenAlgorithm
    /// Its name in the heads of tokens.
    public let id: String?
    /// Where it is.
    public let source: Source

    /// Reads a setting; `nil` for anything else.
    public init?(_ text: ByteString) {
        let (head, key) = text.cut(at: UInt8(ascii: ":"))
        let (name, option) = head.cut(at: UInt8(ascii: ","))
        guard let key, !key.isEmpty, key != "@",
            let algorithm = TokenAlgorithm.allCases.first(where: { ByteString($0.rawValue) == name })
        else { return nil }
        if let option {
            guard option.hasPrefix("kid="), (5...260).contains(option.count) else { return nil }
            self.id = option.dropFirst(4).string
        } else {
            self.id = nil
        }
        self.algorithm = algorithm
        self.source = key.hasPrefix("@") ? .file(key.dropFirst().string) : .text(key.string)
    }

    /// What a message calls the key: its file, or its algorithm where it is the secret itself.
    public var name: String {
        switch self.source {
        case .text: self.algorithm.rawValue
        case .file(let path): "'\(ByteString(path).shortened(to: 100))'"
        }
    }

    /// Reads the key.
    /// - Parameter id: Another name for it than its own.
    /// - Throws: `InvalidKey`, whose line begins with ``name``.
    public func key(named id: String? = nil) async throws(InvalidKey) -> TokenKey {
        let text = try self.text
        do throws(InvalidKey) {
            return try await TokenKey(self.algorithm, id: (id ?? self.id).map { ByteString($0) }, text: text)
        } catch {
            throw InvalidKey("\(self.name) \(error)")
        }
    }

    private var text: String {
        get throws(InvalidKey) {
            switch self.source {
            case .text(let text): return text
            // A secret that was written with `echo` has a line end more than was meant.
            case .file(let path): return ByteString(try self.content(of: path)).withoutLineEnds.string
            }
        }
    }

    private func content(of path: String) throws(InvalidKey) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw InvalidKey("\(self.name) can't be read")
        }
    }
}
