#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads the JSON of a hub.
enum HubJSON {
    /// There is a name in the JSON that no hub writes.
    struct LongName: Error {}

    /// The longest name of a member that is read, in bytes of its text.
    private static let maximumNameBytes = 64

    /// Reads a value.
    ///
    /// The decoder keeps the members of objects by Swift's strings, which are hashed in time that grows with the square of the
    /// combining marks in them; so names are measured first.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>) throws -> Value {
        let bytes = Array(bytes)
        guard self.hasShortNames(bytes) else { throw LongName() }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Whether every string that a colon follows is short. What is no JSON is left to the decoder.
    private static func hasShortNames(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while let quote = bytes[index...].firstIndex(of: UInt8(ascii: "\"")) {
            let end = self.end(of: quote, in: bytes)
            let next = bytes[end...].dropFirst().first { $0 > 0x20 }
            if next == UInt8(ascii: ":"), end - quote > self.maximumNameBytes { return false }
            index = min(end + 1, bytes.count)
        }
        return true
    }

    /// Where the closing quote of a string stands; the end of the bytes if it has none.
    private static func end(of quote: Int, in bytes: [UInt8]) -> Int {
        var index = quote + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index, bytes.count)
    }
}
