/// Where a stream is to begin, from the request until that is known and its client was told.
struct StreamBeginning {
    /// What is known of where a stream, or a topic of one, begins.
    enum Resolution {
        /// There, with what is to be said of a gap.
        case position(Offset, GapPolicy)
        /// The cursor is ahead of what is known here, so that the bus has to be asked first.
        case unconfirmed(Cursor)
    }

    /// Where the head of a response was sent before it was known where the stream begins: what is published after it is due.
    private struct UnprovedHead {
        /// What is published after this position comes after the head.
        let position: Offset
        /// Nothing was known of the bus, so that the position is by this hub's clock, which proves nothing.
        let isByClock: Bool
    }

    /// A question to the bus itself about a cursor that is ahead of what is known here.
    private struct Confirmation {
        let position: Offset
        /// Whether the bus has replied: what it has not given by now is none of its history.
        var isGiven = false
    }

    /// A head that is sent before anything is known of the bus has its position by this hub's clock, which may differ from the
    /// bus's by so many milliseconds for what comes after the head to be sent. It proves nothing: a reset is said in any case.
    private static let clockTolerance: UInt64 = 10_000

    /// Where the client asked to begin; `nil` when that is resolved and the head of the response was sent.
    private(set) var start: StartPosition?
    /// The head of the response was given to the outlet.
    private(set) var isHeadSent = false
    /// The client asked for what it had missed, and has yet to be counted for it.
    private var isReplay = false
    private var unprovedHead: UnprovedHead?
    /// The start is not the client's own cursor, but where the head of the response was sent.
    private var isPlaced = false
    private var confirmation: Confirmation?

    /// Makes the beginning of a stream.
    init(_ start: StartPosition) {
        self.start = start
    }

    // MARK: - Resolution

    /// Where a stream, or a topic of one, begins.
    /// - Parameters:
    ///   - start: Where it is to begin.
    ///   - known: Up to where its topics are known.
    ///   - partition: What is known of their partition.
    ///   - epoch: The partition's.
    ///   - isFirst: Whether the stream itself begins, and not one more topic of it.
    func resolve(
        _ start: StartPosition, known: Offset, in partition: PartitionState, epoch: Epoch, isFirst: Bool
    ) -> Resolution {
        if isFirst, let head = self.unprovedHead,
            let resolution = self.resolve(start, after: head, known: known, in: partition, epoch: epoch)
        {
            return resolution
        }
        switch start {
        case .latest: return .position(known, .prove)
        case .earliest: return .position(.zero, .accept(until: .maximum))
        case .time(let milliseconds):
            return .position(min(known, partition.position(before: milliseconds)), .prove)
        case .cursor(let text):
            guard let cursor = Cursor(text) else {
                // Every topic's reset repeats it.
                return .position(.zero, .announce(.unknown, requested: text.beginning(byteCount: 128)))
            }
            return self.resolve(cursor, text, known: known, in: partition, epoch: epoch)
        }
    }

    private func resolve(
        _ cursor: Cursor, _ text: String, known: Offset, in partition: PartitionState, epoch: Epoch
    ) -> Resolution {
        let position = cursor.id.offset
        let clock = max(known, partition.clock)
        let isPlausible = cursor.id.epoch == epoch && position <= clock
        let isAhead = cursor.id.epoch > epoch || (cursor.id.epoch == epoch && !isPlausible)
        // Another server may have taken over of which only an event has been heard.
        if isAhead || !partition.gave(clock), !self.isConfirmed(position) { return .unconfirmed(cursor) }
        guard isPlausible, partition.gave(position) else {
            return .position(.zero, .announce(.lost, requested: text))
        }
        return .position(position, .prove)
    }

    /// Where a stream begins whose head was sent before; `nil` if the client's own cursor says it.
    private func resolve(
        _ start: StartPosition, after head: UnprovedHead, known: Offset, in partition: PartitionState, epoch: Epoch
    ) -> Resolution? {
        let position = min(partition.settled(head.position), known)
        switch start {
        case .cursor:
            return nil
        case .earliest:
            // By the clock alone, whatever was trimmed may have come after the head.
            return .position(.zero, .accept(until: head.isByClock ? .zero : head.position))
        case .latest:
            return .position(position, .announce(.lost, requested: "latest"))
        case .time(let milliseconds):
            let position = min(position, partition.position(before: milliseconds))
            let requested = Cursor(after: EventID(epoch: epoch, offset: position)).description
            return .position(position, .announce(.lost, requested: requested))
        }
    }

    // MARK: - Steps

    /// It is known where the stream begins.
    mutating func settle() {
        self.isReplay = self.start != .latest
        if self.isHeadSent { self.start = nil }
        self.unprovedHead = nil
        self.confirmation = nil
    }

    /// The head of the response is given to the outlet.
    /// - Parameter isSettled: Whether it is known where the stream begins.
    mutating func sendHead(isSettled: Bool) {
        self.isHeadSent = true
        if isSettled { self.start = nil }
    }

    /// The head is about to be sent before it is known where the stream begins: notes after which position events come after it.
    /// - Parameter now: This hub's clock, in milliseconds since 1970.
    mutating func placeHead(in partition: PartitionState, now: UInt64) {
        guard let epoch = partition.epoch else {
            let position = Offset(before: now - min(now, Self.clockTolerance))
            self.unprovedHead = UnprovedHead(position: position, isByClock: true)
            return
        }
        let head = max(partition.head, partition.clock)
        switch self.start {
        case .latest:
            self.isPlaced = true
            self.start = .cursor(EventID(epoch: epoch, offset: head).description)
        case .time(let milliseconds):
            let position = min(head, partition.position(before: milliseconds))
            self.isPlaced = true
            self.start = .cursor(EventID(epoch: epoch, offset: position).description)
        case .earliest:
            self.unprovedHead = UnprovedHead(position: head, isByClock: false)
        case .cursor, nil: break
        }
    }

    /// Another server takes over before the stream has begun: its client was sent nothing, and so nothing that this one lacks.
    mutating func part(from old: Reigns, to new: Reigns, epoch: Epoch) {
        guard self.isPlaced, case .cursor(let text) = self.start, let position = Cursor(text)?.id.offset,
            !new.gave(position), let parting = new.parting(from: old)
        else { return }
        self.start = .cursor(EventID(epoch: epoch, offset: min(position, parting)).description)
    }

    /// An epoch ends before the stream has begun: what was published since its head was sent may be lost with the epoch.
    mutating func loseEpoch(_ epoch: Epoch) {
        guard let head = self.unprovedHead else { return }
        self.start = .cursor(EventID(epoch: epoch, offset: head.position).description)
    }

    /// Whether the stream has yet to be counted as one that asked for a replay; it is from now on.
    mutating func countsReplay() -> Bool {
        defer { self.isReplay = false }
        return self.isReplay
    }

    // MARK: - Confirmation

    /// Notes that the bus is to be asked about a position.
    /// - Returns: Whether it has yet to be.
    mutating func ask(_ position: Offset) -> Bool {
        guard self.confirmation?.position != position else { return false }
        self.confirmation = Confirmation(position: position)
        return true
    }

    /// The bus was asked about a position.
    /// - Returns: Whether that was still to be known.
    mutating func confirm(_ position: Offset) -> Bool {
        guard let asked = self.confirmation, asked.position == position, !asked.isGiven else { return false }
        self.confirmation?.isGiven = true
        return true
    }

    /// Whether the bus itself has said what it knows of a position.
    func isConfirmed(_ position: Offset) -> Bool {
        self.confirmation.map { $0.position == position && $0.isGiven } ?? false
    }

    /// There is nothing to be asked any longer: the position was used, or another epoch began.
    mutating func forgetConfirmation() {
        self.confirmation = nil
    }
}

extension String {
    /// The longest beginning that is whole in UTF-8 and has at most so many bytes.
    fileprivate func beginning(byteCount: Int) -> String {
        guard self.utf8.count > byteCount else { return self }
        var end = self.utf8.index(self.startIndex, offsetBy: byteCount)
        while end.samePosition(in: self.unicodeScalars) == nil { end = self.utf8.index(before: end) }
        return String(self[..<end])
    }
}
