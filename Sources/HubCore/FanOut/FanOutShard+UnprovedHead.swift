/// Streams whose head is sent before it is known where they begin, since the bus does not answer. What is published from then on
/// comes after the head, and is due however long the bus takes.
extension FanOutShard {
    /// A head that is sent before anything is known of the bus has its place by this hub's clock, which may differ from the bus's
    /// by so many milliseconds for what comes after the head to be sent. It proves nothing: a reset is said in any case.
    private static let clockTolerance: UInt64 = 10_000

    /// The time for the head of the answer has come, and nothing is known yet.
    func openUnproved(_ subscriber: Subscriber) {
        guard subscriber.phase != .closed, !subscriber.isOpen else { return }
        self.placeHead(of: subscriber)
        self.open(subscriber, StreamOpening(replay: nil, cursor: nil))
    }

    /// Notes after which place events come after the head.
    private func placeHead(of subscriber: Subscriber) {
        guard let epoch = self.epoch else {
            let now = self.configuration.wallClock()
            let place = Offset(before: now - min(now, Self.clockTolerance))
            subscriber.unprovedHead = UnprovedHead(place: place, isByClock: true)
            return
        }
        let head = max(self.head, self.knownClock)
        guard subscriber.phase == .opening else { return subscriber.limitBeginnings(to: head) }
        switch subscriber.start {
        case .latest:
            subscriber.start = .cursor(EventID(epoch: epoch, offset: head).description)
        case .time(let milliseconds):
            let place = min(head, Offset(before: milliseconds))
            subscriber.start = .cursor(EventID(epoch: epoch, offset: place).description)
        case .earliest:
            subscriber.unprovedHead = UnprovedHead(place: head, isByClock: false)
        case .cursor, nil: break
        }
    }

    /// Where a stream begins whose head was sent before.
    /// - Returns: `nil` if the client's own cursor says it.
    func beginning(_ start: StartPosition, after head: UnprovedHead, known: Offset) -> Beginning? {
        switch start {
        case .cursor:
            return nil
        case .earliest:
            // By the clock alone, whatever was trimmed may have come after the head.
            return .place(.zero, .accept(until: head.isByClock ? .zero : head.place))
        case .latest:
            return .place(min(head.place, known), .announce(.lost, requested: "latest"))
        case .time(let milliseconds):
            let place = min(head.place, known, Offset(before: milliseconds))
            return .place(place, .announce(.lost, requested: self.cursor(at: place)?.description ?? ""))
        }
    }
}
