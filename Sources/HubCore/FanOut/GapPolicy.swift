/// What a stream does where the log of one of its topics begins only after the stream's place.
enum GapPolicy: Hashable, Sendable {
    /// Says that events were trimmed.
    case prove
    /// Looks whether there are events between two places, which would have been missed, and goes back or says so. With a
    /// hole it is known that there are some.
    case doubt(after: Offset, through: Offset, hole: Bool)
    /// Begins with what there is, since the client asked for the earliest; but not after `until`, where the head of the answer
    /// was sent before: what was published after that is due. Lasts until the beginning is known, and no longer: what is
    /// trimmed from then on would be missed.
    case accept(until: Offset)
    /// Says that nothing can be proved, even where there is no gap to be seen.
    case announce(ResetNotice.Reason, requested: String)
}
