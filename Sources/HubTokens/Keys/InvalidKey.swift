/// A key that tokens can't be checked with: one line that never holds the key.
public struct InvalidKey: Error, Hashable, Sendable, CustomStringConvertible {
    /// That line.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
