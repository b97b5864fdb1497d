public import HTTPTypes

/// The names of fields that several parts of a server know, and that are none of the common ones.
extension HTTPField.Name {
    /// Which media types a POST may bring (Linked Data Platform, 7.1).
    public static let acceptPost = Self.known("Accept-Post")
    /// What proxies say of the client in one field (RFC 7239).
    public static let forwarded = Self.known("Forwarded")
    /// The field that most proxies write instead.
    public static let xForwardedFor = Self.known("X-Forwarded-For")
    /// How a browser came to ask (W3C Fetch Metadata, 2.2).
    public static let secFetchMode = Self.known("Sec-Fetch-Mode")
    /// From where a browser's page asks (W3C Fetch Metadata, 2.4).
    public static let secFetchSite = Self.known("Sec-Fetch-Site")
    /// The cursor that an EventSource comes back with (WHATWG HTML, 9.2.4).
    public static let lastEventID = Self.known("Last-Event-ID")

    /// What a page tells others of itself (W3C Referrer Policy).
    public static let referrerPolicy = Self.known("Referrer-Policy")

    /// A name that is known to be one.
    public static func known(_ name: StaticString) -> Self {
        guard let name = Self(name.description) else { preconditionFailure("'\(name)' is no name of a field") }
        return name
    }
}
