import ByteStrings
import HubTokens

/// A token key that the user gave. No message shows more of it than its algorithm or its file.
struct TokenKeyArgument {
    private let origin: String
    private let setting: TokenKeySetting

    private init(_ text: String, from origin: String) throws(UnusableTokenKey) {
        guard let setting = TokenKeySetting(ByteString(text)) else {
            throw UnusableTokenKey("\(origin) is not a token key; accepted: \(TokenKeySetting.accepted)")
        }
        self.origin = origin
        self.setting = setting
    }

    /// The keys of the arguments, else that of `HUB_TOKEN_KEY`; nothing if there is neither.
    static func all(_ arguments: [String]) throws(UnusableTokenKey) -> [TokenKeyArgument] {
        guard arguments.isEmpty else {
            var keys: [TokenKeyArgument] = []
            for text in arguments { keys.append(try TokenKeyArgument(text, from: "--key")) }
            return keys
        }
        guard let text = ConnectionOptions.environment("HUB_TOKEN_KEY") else { return [] }
        return [try TokenKeyArgument(text, from: "HUB_TOKEN_KEY")]
    }

    /// Reads the key.
    /// - Parameter id: Another name for it than its own.
    func read(named id: String? = nil) async throws(UnusableTokenKey) -> TokenKey {
        do throws(InvalidKey) {
            return try await self.setting.key(named: id)
        } catch {
            throw UnusableTokenKey("\(self.origin): \(error)")
        }
    }

    /// Makes a token.
    /// - Parameters:
    ///   - key: What this argument was read as.
    ///   - claims: What the token says, a JSON object.
    func sign(_ claims: ByteString, by key: TokenKey) throws(UnusableTokenKey) -> String {
        do throws(InvalidKey) {
            return try TokenMint(key).token(claims: claims)
        } catch {
            throw UnusableTokenKey("\(self.origin): \(self.setting.name) \(error)")
        }
    }
}

/// A key can't be read, or not be used for what it is given for.
struct UnusableTokenKey: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
