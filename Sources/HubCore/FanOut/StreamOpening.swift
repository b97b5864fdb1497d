/// What is known of a stream when its head is sent.
public struct StreamOpening: Hashable, Sendable {
    /// Whether the stream can be proved to be complete from where it was asked to begin.
    public enum Replay: String, Sendable {
        /// Every event after the cursor will be sent.
        case complete
        /// A reset will be said.
        case reset
    }

    /// What is known of the replay; `nil` while the bus can't be asked.
    public let replay: Replay?
    /// The place before the first event to come; `nil` if a reset comes first, or nothing is known.
    public let cursor: Cursor?

    /// Makes the opening.
    public init(replay: Replay?, cursor: Cursor?) {
        self.replay = replay
        self.cursor = cursor
    }
}
