import ByteStrings
import Synchronization

/// The tokens of a client, as its requests want them: asked for when a stream is opened, when there is none yet, and when a hub
/// has refused the last one.
final class TokenSupply: Sendable {
    /// What a request needs.
    enum Need: Hashable, Sendable {
        /// The last one, so that not every request costs a question.
        case any
        /// A new one: a stream lasts as long as its token.
        case new
    }

    private let token: HubToken?
    private let last = Mutex<String?>(nil)

    init(_ token: HubToken?) {
        self.token = token
    }

    /// Whether another token may come.
    var isRenewable: Bool { self.token?.isRenewable ?? false }

    /// The token for a request; `nil` to show none.
    /// - Throws: ``HubClientError`` with the code `noToken`.
    func token(_ need: Need) async throws(HubClientError) -> String? {
        switch self.token?.source {
        case nil: return nil
        case .fixed(let token): return token
        case .function(let function):
            if need == .any, let last = self.last.withLock({ $0 }) { return last }
            return try await self.ask(function)
        }
    }

    /// Another token than the one that was refused; `nil` if there is none, so that the refusal stands.
    /// - Throws: ``HubClientError`` with the code `noToken`.
    func replacement(for refused: String?) async throws(HubClientError) -> String? {
        guard case .function(let function) = self.token?.source else { return nil }
        // Another request may have asked meanwhile.
        if let last = self.last.withLock({ $0 }), Self.differ(last, refused) { return last }
        guard let token = try await self.ask(function), Self.differ(token, refused) else { return nil }
        return token
    }

    private func ask(_ function: @Sendable () async throws -> String?) async throws(HubClientError) -> String? {
        do {
            let token = try await function()
            self.last.withLock { $0 = token }
            return token
        } catch {
            throw HubClientError(token: error)
        }
    }

    private static func differ(_ one: String, _ other: String?) -> Bool {
        other.map { ByteString($0) != ByteString(one) } ?? true
    }
}
