import ByteStrings

/// An offer of permessage-deflate that the hub accepts (RFC 7692, 7.1).
///
/// A message is compressed once for all its subscribers, so neither side keeps its window from one message to the next, and
/// an offer that wants a smaller window than zlib's largest is not accepted: another of the client's may be, or nothing
/// is compressed.
struct CompressionOffer: Hashable {
    /// Whether the client set a limit to the server's window, which the response must repeat.
    private let limitsServerWindow: Bool

    /// An offer has a name and four different parameters at most.
    private static let maximumParts = 5

    /// The first offer that can be accepted.
    /// - Parameter offers: The elements of `Sec-WebSocket-Extensions`.
    static func first(in offers: [ByteString]) -> CompressionOffer? {
        offers.lazy.compactMap(CompressionOffer.init).first
    }

    /// Reads one offer: a name, and parameters after semicolons.
    private init?(_ offer: ByteString) {
        guard let parts = offer.split(at: UInt8(ascii: ";"), maximumCount: Self.maximumParts),
            parts[0].trimmed.equalsIgnoringCase("permessage-deflate")
        else { return nil }
        var seen: Set<ByteString> = []
        var limitsServerWindow = false
        for part in parts.dropFirst() {
            let sides = part.cut(at: UInt8(ascii: "="))
            let name = sides.before.trimmed.lowercasedASCII
            guard seen.insert(name).inserted else { return nil }
            switch (name, sides.after.map { Self.unquoted($0.trimmed) }) {
            case ("server_no_context_takeover", nil), ("client_no_context_takeover", nil),
                ("client_max_window_bits", nil):
                break
            case ("client_max_window_bits", let bits?):
                guard Self.windowBits.contains(bits) else { return nil }
            case ("server_max_window_bits", "15"?):
                limitsServerWindow = true
            default:
                return nil
            }
        }
        self.limitsServerWindow = limitsServerWindow
    }

    /// The value of `Sec-WebSocket-Extensions` in the response.
    var response: String {
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            + (self.limitsServerWindow ? "; server_max_window_bits=15" : "")
    }

    private static let windowBits = Set((8...15).map { ByteString(String($0)) })

    private static func unquoted(_ text: ByteString) -> ByteString {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? text.dropFirst().dropLast() : text
    }
}
