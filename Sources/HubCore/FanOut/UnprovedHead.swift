/// Where the head of an answer was sent before it was known where the stream begins: what is published after it is due.
struct UnprovedHead {
    /// What is published after this place comes after the head.
    let place: Offset
    /// Nothing was known of the bus, so that the place is by this hub's clock, which proves nothing.
    let isByClock: Bool
}
