/// What a delivery looks at of each stream: 16 bytes, those of a shard's streams side by side.
///
/// With thousands of streams, and the kernel at work for microseconds between one and the next, what belongs to each is no
/// longer in the processor's caches when its turn comes, nor are its page's addresses. A table is small enough to stay, and
/// is read in order. Used only on the shard's loop.
final class LiveStates {
    struct State {
        /// Every event up to here was sent, or was not asked for.
        var place = Offset.zero
        /// Takes the stream's bytes as they are, right now; -1 while they have to go through the outlet.
        var descriptor: CInt = -1
        var phase: Subscriber.Phase
        /// Where events keep their bytes in the stream's wire format.
        let encodingSlot: UInt8
    }

    /// The seat of all whose stream has ended, and of nobody: closed for good.
    static let nobody = 0

    private var states: ContiguousArray<State> = [State(phase: .closed, encodingSlot: 0)]
    private var free: [Int] = []

    subscript(seat: Int) -> State { self.states[seat] }

    /// Gives a stream a seat.
    func add(encodingSlot: Int) -> Int {
        let state = State(phase: .opening, encodingSlot: UInt8(encodingSlot))
        if let seat = self.free.popLast() {
            self.states[seat] = state
            return seat
        }
        self.states.append(state)
        return self.states.count - 1
    }

    /// Takes a seat back, which may be another stream's at once.
    func remove(_ seat: Int) {
        guard seat != Self.nobody else { return }
        self.states[seat] = State(phase: .closed, encodingSlot: 0)
        self.free.append(seat)
    }

    func setPlace(_ place: Offset, of seat: Int) {
        if seat != Self.nobody { self.states[seat].place = place }
    }

    func setPhase(_ phase: Subscriber.Phase, of seat: Int) {
        if seat != Self.nobody { self.states[seat].phase = phase }
    }

    func setDescriptor(_ descriptor: CInt, of seat: Int) {
        if seat != Self.nobody { self.states[seat].descriptor = descriptor }
    }
}
