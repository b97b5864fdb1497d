import ByteStrings
import NIOHTTP1

extension HTTPRequestHead {
    /// The same head without white space around the values of its fields, which is no part of them (RFC 9110, 5.5). The parser
    /// takes it away at the beginning only.
    var withoutOuterWhiteSpace: HTTPRequestHead {
        guard self.headers.contains(where: { Self.hasOuterWhiteSpace($0.value.utf8) }) else { return self }
        var head = self
        head.headers = HTTPHeaders(self.headers.map { ($0.name, ByteString($0.value).trimmed.string) })
        return head
    }

    private static func hasOuterWhiteSpace(_ value: String.UTF8View) -> Bool {
        guard let first = value.first, let last = value.last else { return false }
        return self.isWhiteSpace(first) || self.isWhiteSpace(last)
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
