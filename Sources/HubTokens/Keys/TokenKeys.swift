import ByteStrings

/// The keys that tokens are checked by.
public struct TokenKeys: Sendable {
    /// The most keys: whoever shows a token makes the hub try those of its algorithm.
    public static let maximumCount = 64

    private let keys: [TokenKey]

    /// Makes a set of keys.
    /// - Parameter keys: The keys.
    public init(_ keys: [TokenKey] = []) {
        self.keys = keys
    }

    /// Whether there is none.
    public var isEmpty: Bool { self.keys.isEmpty }

    /// These keys and others.
    public func adding(_ others: TokenKeys) -> TokenKeys {
        TokenKeys(self.keys + others.keys)
    }

    /// The keys that may have signed a token: of its algorithm, and of its name. A key without a name is any token's, and so is every
    /// key for a token that names none.
    /// - Returns: The keys, and what is wrong if none of them has signed it.
    /// - Throws: `TokenFault.algorithm` or `TokenFault.unknownKey`.
    func candidates(
        _ algorithm: TokenAlgorithm, id: ByteString?
    ) throws(TokenFault) -> (keys: [TokenKey], otherwise: TokenFault) {
        let named = id.map { id in self.keys.filter { $0.id == id } } ?? self.keys
        let isNamed = !named.isEmpty
        let candidates = (isNamed ? named : self.keys.filter { $0.id == nil }).filter { $0.algorithm == algorithm }
        guard !candidates.isEmpty else { throw isNamed ? .algorithm : .unknownKey }
        return (candidates, isNamed ? .signature : .unknownKey)
    }
}
