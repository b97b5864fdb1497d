import ByteStrings

/// The origin of a page (RFC 6454, 6.2) in a form that can stand in a header field and in a script as it is.
struct PageOrigin: Hashable {
    /// In lower case.
    let text: String

    /// Reads an origin such as `https://example.org:8443`; `nil` for anything else, `null` included.
    init?(_ origin: ByteString) {
        guard origin.count <= 512, origin.isVisibleASCII else { return nil }
        let text = origin.lowercasedASCII.string
        guard text.wholeMatch(of: Self.pattern) != nil else { return nil }
        self.text = text
    }

    private static var pattern: Regex<Substring> {
        /[a-z][a-z0-9+.\-]*:\/\/(?:[a-z0-9._\-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?/
    }
}
