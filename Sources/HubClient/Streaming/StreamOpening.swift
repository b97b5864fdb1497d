import ByteStrings

/// The head of a stream.
public struct StreamOpening: Hashable, Sendable {
    /// What the hub knew of the replay when it sent the head (`Hub-Replay`). What is in the stream rules.
    public enum Replay: String, Hashable, Sendable {
        /// Nothing is missing after the place that was asked for.
        case complete
        /// Something may be; a reset follows.
        case reset

        init?(field: String) {
            switch ByteString(field) {
            case "complete": self = .complete
            case "reset": self = .reset
            default: return nil
            }
        }
    }

    /// The address of the hub that answers.
    public let url: String
    /// What the hub knew of the replay; `nil` if it did not say.
    public let replay: Replay?

    /// Makes an opening.
    public init(url: String, replay: Replay?) {
        self.url = url
        self.replay = replay
    }
}
