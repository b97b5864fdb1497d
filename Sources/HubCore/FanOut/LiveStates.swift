/// What a delivery looks at of each stream: 16 bytes, those of a shard's streams side by side.
///
/// With thousands of streams, and the kernel at work for microseconds between one and the next, what belongs to each is no
/// longer in the processor's caches when its turn comes, nor are its page's addresses. A table is small enough to stay, and
/// is read in order. Used only on the shard's loop.
final class LiveStates {
    /// Where the table has a stream's state.
    struct Seat: Hashable {
        fileprivate let index: Int
    }

    struct State {
        /// Every event up to here was sent, or was not asked for.
        var position = Offset.zero
        /// Takes the stream's bytes as they are, right now; -1 while they have to go through the outlet.
        var descriptor: CInt = -1
        var phase: Subscriber.Phase
        /// Where events keep their bytes in the stream's wire format.
        let encodingSlot: UInt8
    }

    /// The seat of all whose stream has ended, and of nobody: closed for good.
    static let nobody = Seat(index: 0)

    private var states: ContiguousArray<State> = [State(phase: .closed, encodingSlot: 0)]
    private var free: [Seat] = []

    subscript(seat: Seat) -> State { self.states[seat.index] }

    /// Gives a stream a seat.
    func add(encodingSlot: Int) -> Seat {
        let state = State(phase: .opening, encodingSlot: UInt8(encodingSlot))
        if let seat = self.free.popLast() {
            self.states[seat.index] = state
            return seat
        }
        self.states.append(state)
        return Seat(index: self.states.count - 1)
    }

    /// Takes a seat back, which may be another stream's at once.
    func remove(_ seat: Seat) {
        guard seat != Self.nobody else { return }
        self.states[seat.index] = State(phase: .closed, encodingSlot: 0)
        self.free.append(seat)
    }

    func setPosition(_ position: Offset, of seat: Seat) {
        if seat != Self.nobody { self.states[seat.index].position = position }
    }

    func setPhase(_ phase: Subscriber.Phase, of seat: Seat) {
        if seat != Self.nobody { self.states[seat.index].phase = phase }
    }

    func setDescriptor(_ descriptor: CInt, of seat: Seat) {
        if seat != Self.nobody { self.states[seat.index].descriptor = descriptor }
    }
}
