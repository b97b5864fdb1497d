/// An offer of permessage-deflate that the hub accepts (RFC 7692, 7.1).
///
/// A message is compressed once for all its subscribers, so neither side keeps its window from one message to the next, and
/// an offer that wants a smaller window than zlib's largest is not accepted: another of the client's may be, or nothing
/// is compressed.
struct CompressionOffer: Hashable {
    /// Whether the client set a limit to the server's window, which the answer must repeat.
    private let limitsServerWindow: Bool

    /// The first offer that can be accepted.
    /// - Parameter fields: The values of `Sec-WebSocket-Extensions`.
    static func first(in fields: [String]) -> CompressionOffer? {
        fields.lazy.flatMap { $0.split(separator: ",") }.compactMap(CompressionOffer.init).first
    }

    /// Reads one offer: a name, and parameters after semicolons.
    private init?(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        guard parts.first?.lowercased() == "permessage-deflate" else { return nil }
        var seen: Set<String> = []
        var limitsServerWindow = false
        for part in parts.dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
            let name = sides[0].lowercased()
            let value = sides.count > 1 ? sides[1].filter { $0 != "\"" } : nil
            guard seen.insert(name).inserted else { return nil }
            switch (name, value) {
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

    /// The value of `Sec-WebSocket-Extensions` in the answer.
    var answer: String {
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            + (self.limitsServerWindow ? "; server_max_window_bits=15" : "")
    }

    private static let windowBits = Set((8...15).map { String($0) })

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
