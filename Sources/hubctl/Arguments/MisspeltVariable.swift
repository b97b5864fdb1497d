import ByteStrings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A variable of the environment that is one letter away from one of hubctl's, and so most likely meant to be it. Others of the name
/// `HUB_…` may be the hub's own settings.
struct MisspeltVariable: CustomStringConvertible {
    private static let names: [ByteString] = ["HUB_URL", "HUB_TOKEN", "HUB_TOKEN_KEY"]

    private let name: ByteString
    private let meant: ByteString

    /// All of them.
    static var all: [MisspeltVariable] {
        ProcessInfo.processInfo.environment.keys.map { ByteString($0) }.sorted().compactMap(MisspeltVariable.init)
    }

    private init?(_ name: ByteString) {
        guard name.hasPrefix("HUB_"), !Self.names.contains(name),
            let meant = Self.names.first(where: { Self.isNear(name, $0) })
        else { return nil }
        self.name = name
        self.meant = meant
    }

    var description: String { "\(self.name) in the environment is of no effect: did you mean \(self.meant)?" }

    /// Whether one letter was left out, added or replaced, or two have changed places.
    private static func isNear(_ one: ByteString, _ other: ByteString) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        let start = zip(one, other).prefix { $0 == $1 }.count
        let (left, right) = (one[start...], other[start...])
        let end = zip(left.reversed(), right.reversed()).prefix { $0 == $1 }.count
        let (a, b) = (left.dropLast(end), right.dropLast(end))
        return max(a.count, b.count) <= 1 || (a.count == 2 && a.elementsEqual(b.reversed()))
    }
}
