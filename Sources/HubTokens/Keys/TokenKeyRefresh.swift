import AsyncHTTPClient
public import Logging
import NIOCore

/// Reads a set of keys again and again, and at once where a token names a key that is not there: keys come and go without a restart.
public struct TokenKeyRefresh: Sendable {
    /// When the set is read, and for how long what was read counts.
    struct Pace: Sendable {
        /// How often a server is asked.
        var interval = Duration.seconds(300)
        /// How often a file is read, and a server asked that was away.
        var shortInterval = Duration.seconds(30)
        /// For how long the keys of a server that is away count.
        var lifetime = Duration.seconds(3600)
    }

    private let source: TokenKeySource
    private let keyring: TokenKeyring
    private let client: HTTPClient
    private let pace: Pace
    private let logger: Logger

    /// Makes a refresh.
    /// - Parameters:
    ///   - source: Where the set is.
    ///   - keyring: Gets the keys.
    ///   - logger: Gets what goes wrong, and that it is over.
    public init(_ source: TokenKeySource, _ keyring: TokenKeyring, logger: Logger) {
        self.init(source, keyring, logger: logger, pace: Pace())
    }

    init(_ source: TokenKeySource, _ keyring: TokenKeyring, logger: Logger, pace: Pace) {
        self.source = source
        self.keyring = keyring
        self.client = HTTPClient.shared
        self.logger = logger
        self.pace = pace
    }

    /// Reads the set for the first time.
    /// - Throws: `InvalidKey` of a file: it would not mend itself. A server may be away yet.
    public func begin() async throws(InvalidKey) {
        do throws(InvalidKey) {
            self.keyring.tried(try await self.read())
        } catch {
            guard self.source.isRemote else { throw error }
            self.keyring.tried(nil)
            self.warn(error, "the set of token keys can't be had yet; until then no token of theirs holds")
        }
    }

    /// Reads the set again for as long as the task is not cancelled.
    public func run() async {
        var lastSuccess = ContinuousClock.now
        var isStale = !self.keyring.hasSet
        var asked = self.keyring.asked.makeAsyncIterator()
        while !Task.isCancelled {
            let pause = self.source.isRemote && !isStale ? self.pace.interval : self.pace.shortInterval
            let timer = Task {
                try await Task.sleep(for: pause)
                self.keyring.wake()
            }
            defer { timer.cancel() }
            guard await asked.next() != nil else { return }
            do throws(InvalidKey) {
                self.keyring.tried(try await self.read())
                if isStale { self.logger.notice("the set of token keys is read again", metadata: self.metadata) }
                (lastSuccess, isStale) = (.now, false)
            } catch {
                isStale = true
                self.failed(error, since: lastSuccess.duration(to: .now))
            }
        }
    }

    private func read() async throws(InvalidKey) -> TokenKeySet {
        let set = try await self.source.read(self.client)
        if set.skippedCount > 0 {
            self.logger.info(
                "some keys of the set are for something else, and are passed over",
                metadata: self.metadata.merging(["keys": "\(set.skippedCount)"]) { $1 })
        }
        return set
    }

    private func failed(_ error: InvalidKey, since success: Duration) {
        guard self.source.isRemote, success > self.pace.lifetime else {
            self.keyring.tried(nil)
            return self.warn(error, "the set of token keys can't be read; its keys stay as they were")
        }
        self.keyring.dropSet()
        self.keyring.tried(nil)
        self.warn(error, "the set of token keys could not be read for an hour; its keys count no more")
    }

    private var metadata: Logger.Metadata { ["source": "\(self.source)"] }

    private func warn(_ error: InvalidKey, _ message: Logger.Message) {
        self.logger.warning(
            message, metadata: self.metadata.merging(["error": "\(error)"]) { $1 })
    }
}
