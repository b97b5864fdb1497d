import NIOCore

/// Notices a subscription that is up but silent: probes that were published and do not arrive.
struct ProbeWatch {
    private let timeout: TimeAmount
    private var missingSince: NIODeadline?

    /// - Parameter timeout: How long a probe may be under way.
    init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    /// Redis has published a probe.
    /// - Returns: Whether the subscription is silent.
    mutating func published(at now: NIODeadline) -> Bool {
        guard let since = self.missingSince else {
            self.missingSince = now
            return false
        }
        return now - since >= self.timeout
    }

    /// A probe has arrived, or the subscription is a new one.
    mutating func arrived() {
        self.missingSince = nil
    }
}
