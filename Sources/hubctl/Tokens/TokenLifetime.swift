import ArgumentParser
import ByteStrings

/// For how long a token holds, as it is written: `90s`, `15m`, `1h`, `30d`, `never`.
struct TokenLifetime: CustomStringConvertible {
    static let hour = TokenLifetime(seconds: 3600)
    /// A hundred years.
    private static let maximum = 3_155_760_000

    /// In seconds; `nil` if it does not end.
    let seconds: Int?

    private init(seconds: Int?) {
        self.seconds = seconds
    }

    /// Reads it.
    /// - Throws: `ValidationError` for anything else.
    init(_ argument: String) throws {
        let text = ByteString(argument)
        guard text != "never" else {
            self.seconds = nil
            return
        }
        guard let unit = Self.unit(text.last), let count = text.dropLast().number, count > 0,
            count <= Self.maximum / unit
        else { throw ValidationError("accepted: 90s, 15m, 1h, 30d, or never") }
        self.seconds = count * unit
    }

    private static func unit(_ letter: UInt8?) -> Int? {
        switch letter {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "d"): 86_400
        default: nil
        }
    }

    var description: String {
        guard let seconds = self.seconds else { return "never" }
        return seconds % 3600 == 0 ? "\(seconds / 3600)h" : "\(seconds)s"
    }
}
