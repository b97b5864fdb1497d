import AsyncHTTPClient
import HubTokens

/// Where an application is asked, or told: an `http://` or `https://` address.
public struct HookURL: Hashable, Sendable {
    /// The address, as it was given.
    public let text: String

    /// Takes an address; `nil` if it is none, or has a fragment.
    public init?(_ text: String) {
        let isHTTP = text.utf8.starts(with: "https://".utf8) || text.utf8.starts(with: "http://".utf8)
        guard isHTTP, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }),
            let request = try? HTTPClient.Request(url: text), !request.host.isEmpty
        else { return nil }
        self.text = text
    }

    /// The address without what a password may stand in.
    var shown: String { TokenKeySource.url(self.text).description }
}
