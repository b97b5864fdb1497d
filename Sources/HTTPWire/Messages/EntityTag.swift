public import ByteStrings
public import HTTPTypes

/// Entity tags (RFC 9110, 8.8.3). They are compared weakly, and by their bytes.
public enum EntityTag {
    /// What servers in between that compress an answer add to its tag, within the quotes or behind them: Apache, lighttpd and
    /// Caddy `-gzip`, Jetty `--gzip`, others `;gzip`. The tag that comes back is the one that was given all the same.
    private static let codings: [ByteString] = ["gzip", "br", "zstd", "deflate", "bzip2", "df"]

    /// The field of a tag, a strong one.
    /// - Parameter tag: What stands in the quotes.
    public static func field(_ tag: String) -> String { "\"\(tag)\"" }

    /// The tags in `If-None-Match`, without quotes, `W/` and what compression added: they are compared weakly (RFC 9110,
    /// 13.1.2). What is empty is left out, and so are all if there are more than a list may have.
    public static func list(_ fields: HTTPFields) -> [ByteString] {
        (fields.list(.ifNoneMatch) ?? []).map { self.bare($0) }.filter { !$0.isEmpty }
    }

    private static func bare(_ field: ByteString) -> ByteString {
        var tag = self.withoutCodings(field)
        if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
        if tag.hasPrefix("\"") { tag = tag.dropFirst() }
        if tag.hasSuffix("\"") { tag = tag.dropLast() }
        return self.withoutCodings(tag)
    }

    private static func withoutCodings(_ tag: ByteString) -> ByteString {
        var tag = tag
        while let shorter = self.withoutCoding(tag) { tag = shorter }
        return tag
    }

    private static func withoutCoding(_ tag: ByteString) -> ByteString? {
        for coding in self.codings where tag.hasSuffix(coding) {
            var rest = tag.dropLast(coding.count)
            guard rest.last == UInt8(ascii: "-") || rest.last == UInt8(ascii: ";") else { continue }
            while rest.last == UInt8(ascii: "-") || rest.last == UInt8(ascii: ";") { rest = rest.dropLast() }
            return rest
        }
        return nil
    }
}
