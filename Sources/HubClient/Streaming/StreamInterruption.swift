/// The stream was lost, or could not be opened; it will be tried again.
public struct StreamInterruption: Hashable, Sendable {
    /// What happened.
    public let error: HubClientError
    /// After which time the subscription tries again.
    public let delay: Duration

    /// Makes an interruption.
    public init(error: HubClientError, delay: Duration) {
        self.error = error
        self.delay = delay
    }
}
