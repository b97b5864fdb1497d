import HubServer
import HubTokens
import Logging
import ServiceLifecycle

/// Reads the set of token keys again and again.
struct TokenKeyService: Service {
    private let refresh: TokenKeyRefresh

    /// Makes the service, and reads the set for the first time.
    /// - Throws: `InvalidSetting`, if it is a file that holds no set.
    init(_ source: TokenKeySource, _ keyring: TokenKeyring, logger: Logger) async throws(InvalidSetting) {
        self.refresh = TokenKeyRefresh(source, keyring, logger: logger)
        do throws(InvalidKey) {
            try await self.refresh.begin()
        } catch {
            throw InvalidSetting("--jwks: \(InvalidSetting.quoted("\(source)")) \(error)")
        }
    }

    func run() async {
        await cancelWhenGracefulShutdown { await self.refresh.run() }
    }
}
