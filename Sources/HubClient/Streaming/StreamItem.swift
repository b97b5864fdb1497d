/// What a subscription yields.
public enum StreamItem: Hashable, Sendable {
    /// A hub began to answer: at first, and after every interruption.
    case opened(StreamOpening)
    /// An event.
    case event(StreamEvent)
    /// The hub can't prove that nothing is missing before what follows.
    case reset(StreamReset)
    /// The hub says why it ends the stream. The subscription comes back by itself.
    case close(StreamClose)
    /// The stream was lost. The subscription comes back by itself, from where it was.
    case interrupted(StreamInterruption)
}
