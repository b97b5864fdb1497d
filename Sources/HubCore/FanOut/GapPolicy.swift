/// What a stream does where the log of one of its topics begins only after the stream's place.
enum GapPolicy: Hashable, Sendable {
    /// Says that events were trimmed.
    case prove
    /// Begins with what there is: the client asked for the earliest.
    case accept
    /// Says that nothing can be proved, even where there is no gap to be seen.
    case announce(ResetNotice.Reason, requested: String)
}
