/// What a client shows a hub: a publish key, a token that stays the same, or a function that gives one whenever it takes a new one.
///
/// A string literal is a fixed token. A function suits tokens that expire:
///
/// ```swift
/// var configuration = HubClientConfiguration(urls: ["https://hub.example"])
/// configuration.token = HubToken { try await session.token() }
/// ```
///
/// The function is asked for every stream that is opened, at first and after each interruption; for other requests the
/// last token serves on. Once a hub refuses a token with 401 it is asked again, and the request is sent once more if it gives
/// another one. A function that keeps its token should take a new one a little before the old one ends, since clocks differ.
/// Several tasks may ask at once.
public struct HubToken: Sendable, ExpressibleByStringLiteral {
    enum Source: Sendable {
        case fixed(String)
        case function(@Sendable () async throws -> String?)
    }

    let source: Source

    /// Makes a token that stays the same.
    /// - Parameter token: A publish key or a token, without `Bearer`.
    public init(_ token: String) {
        self.source = .fixed(token)
    }

    /// Makes a token of a function.
    /// - Parameter function: Gives the token; `nil` to show none. What it throws counts as temporary: a subscription tries again
    ///   after a while, another call ends with an error of the code `noToken`.
    public init(_ function: @escaping @Sendable () async throws -> String?) {
        self.source = .function(function)
    }

    /// Makes a token that stays the same.
    public init(stringLiteral token: String) {
        self.init(token)
    }

    /// Whether there may be another one.
    var isRenewable: Bool { if case .function = self.source { true } else { false } }
}
