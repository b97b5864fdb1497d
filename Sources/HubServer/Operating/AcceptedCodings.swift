import ByteStrings
import HTTPTypes
import HTTPWire

/// Reads which codings of a body a client takes (`Accept-Encoding`, RFC 9110, 12.5.3).
enum AcceptedCodings {
    /// Whether it names gzip, and does not refuse it. `*` is passed over: whoever means gzip says so.
    static func includesGzip(_ fields: HTTPFields) -> Bool {
        (fields.list(.acceptEncoding) ?? []).contains { element in
            let (coding, weight) = element.cut(at: UInt8(ascii: ";"))
            return coding.trimmed.equalsIgnoringCase("gzip") && !self.isZero(weight)
        }
    }

    /// Whether a weight is none at all: `q=0`, with or without decimals.
    private static func isZero(_ weight: ByteString?) -> Bool {
        guard let (name, value) = weight?.cut(at: UInt8(ascii: "=")), let value else { return false }
        return name.trimmed.equalsIgnoringCase("q") && value.trimmed.utf8.allSatisfy { [0x30, 0x2E].contains($0) }
    }
}
