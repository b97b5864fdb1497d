import ByteStrings
import HTTPWire
import HubCore
import Logging

/// How an entry of the log is written.
public enum LogFormat: String, CaseIterable, Sendable {
    /// A line for people: `2026-01-31T12:00:00.250Z notice listening address=127.0.0.1:8080`.
    ///
    /// The message is constant and the metadata vary, sorted by name; a value with spaces, quotes or control characters is
    /// quoted and escaped, so that nothing that came from outside can forge a line.
    case text
    /// An object a line (RFC 8259): `time` (RFC 3339), `level`, `label`, `message`, and each of the metadata. What could steer a
    /// terminal is escaped.
    case json

    private static let ownNames: Set<ByteString> = ["time", "level", "label", "message"]

    /// A line of now, with its line feed.
    /// - Parameters:
    ///   - label: Which part of the hub it is from; text does not say it.
    ///   - message: What happened.
    ///   - metadata: What it happened to. A name that is one of the line's own gets an underscore before it.
    func line(
        _ level: Logger.Level, label: String, _ message: String, _ metadata: Logger.Metadata = [:]
    ) -> [UInt8] {
        let metadata = metadata.sorted { $0.key < $1.key }
        switch self {
        case .text:
            let pairs = metadata.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
            return Array("\(Self.time) \(level) \(message)\(pairs.joined())\n".utf8)
        case .json:
            var text = JSONText()
            text.object { text in
                text.member("time", Self.time)
                text.member("level", level.rawValue)
                text.member("label", label)
                text.member("message", message)
                for (name, value) in metadata {
                    text.name(Self.ownNames.contains(ByteString(name)) ? "_\(name)" : name)
                    text.value(value)
                }
            }
            return text.bytes + [UInt8(ascii: "\n")]
        }
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F && $0 != 0x3D }
        guard !isPlain else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": quoted += "\\u{\(String(scalar.value, radix: 16))}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static var time: String {
        let now = Int(WallClock.milliseconds)
        let (days, rest) = now.quotientAndRemainder(dividingBy: 86_400_000)
        let date = DateField.civil(days: days)
        let parts = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { self.padded($0, 2) }
        return "\(date.year)-\(self.padded(date.month, 2))-\(self.padded(date.day, 2))T\(parts.joined(separator: ":"))"
            + ".\(self.padded(rest % 1000, 3))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension JSONText {
    /// Writes metadata: numbers and truth values as they are, all else as text.
    fileprivate mutating func value(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): self.string(text)
        case .stringConvertible(let number as any BinaryInteger): self.value(json: "\(number)".utf8)
        case .stringConvertible(let number as Double) where number.isFinite: self.value(json: "\(number)".utf8)
        case .stringConvertible(let truth as Bool): self.value(json: "\(truth)".utf8)
        case .stringConvertible(let value): self.string("\(value)")
        case .array(let values): self.array { text in for value in values { text.value(value) } }
        case .dictionary(let values):
            self.object { text in
                for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                    text.name(name)
                    text.value(value)
                }
            }
        }
    }
}
