import HTTPWire
import HubServer
import Logging
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads certificates and their keys again when their files have changed.
struct TLSService: Service {
    private static let interval = Duration.seconds(10)

    /// What is read.
    let credentials: TLSCredentials
    private let logger: Logger

    /// Reads the certificates of the settings for the first time.
    /// - Returns: `nil` if the settings name none.
    /// - Throws: `InvalidSetting`.
    init?(_ settings: HubSettings, logger: Logger) throws(InvalidSetting) {
        guard settings.isSelfSigned || !settings.certificateFiles.isEmpty else { return nil }
        self.logger = logger
        do throws(InvalidCredentials) {
            let pairs =
                settings.isSelfSigned
                ? [try TLSPair.selfSigned(host: settings.server.host)]
                : settings.certificateFiles.map { TLSPair(certificate: $0.certificate, key: $0.key) }
            self.credentials = try TLSCredentials(pairs, clientAuthority: settings.clientAuthority)
        } catch {
            throw InvalidSetting("--tls-certificate: \(error)")
        }
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                if self.credentials.haveChanged() { self.reload() }
            }
        }
    }

    /// Reads them again. If that fails, they stay as they were.
    func reload() {
        do throws(InvalidCredentials) {
            try self.credentials.reload()
            self.logger.notice(
                "the certificates were read again", metadata: ["end": "\(Self.date(self.credentials.end))"])
        } catch {
            self.logger.error("the certificates stay as they were", metadata: ["error": "\(error)"])
        }
    }

    /// A time as RFC 3339 writes it.
    static func date(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}
