import HubServer
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What signals do: the first SIGTERM or SIGINT ends the hub kindly, a second one at once; SIGHUP reads the keys again.
struct SignalHandling {
    let signals: UnixSignalsSequence
    let services: ServiceGroup
    let keys: KeyRing
    let tls: TLSService?
    let logger: Logger

    /// Handles signals until it is cancelled.
    func run() async {
        var isEnding = false
        for await signal in self.signals {
            if signal == .sighup {
                await self.reload()
            } else if isEnding {
                self.logger.warning("ended by a second signal", metadata: ["signal": "\(signal)"])
                LogWriter.standardError.flush()
                // What a shell expects of a process that a signal ended.
                _exit(128 + (signal == .sigint ? SIGINT : SIGTERM))
            } else {
                isEnding = true
                self.logger.notice("asked to end", metadata: ["signal": "\(signal)"])
                await self.services.triggerGracefulShutdown()
            }
        }
    }

    private func reload() async {
        self.tls?.reload()
        let files = self.keys.files
        guard !files.isEmpty else {
            if self.tls == nil { self.logger.notice("SIGHUP was ignored: there is no file with keys to read again") }
            return
        }
        do throws(InvalidSetting) {
            try await self.keys.reload()
            self.logger.notice("the keys were read again", metadata: ["files": "\(files.joined(separator: " "))"])
        } catch {
            self.logger.error("the keys stay as they were", metadata: ["error": "\(error)"])
        }
    }
}
