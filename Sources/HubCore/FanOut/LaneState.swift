/// What is particular to one topic of a stream, while anything is.
struct LaneState {
    /// Every event of the topic up to here was sent, or was not asked for, even if the stream's place is before it: so it is
    /// while a topic that came later has its past replayed.
    var floor = Offset.zero
    /// What the stream does at a gap.
    var policy = GapPolicy.prove
    /// Where the topic stood when it met the gap that the stream has yet to be told: the place moves on before it reaches its
    /// end.
    var gapStart: Offset?
    /// Where the topic began here, or was last told a reset.
    var origin: Offset
}
