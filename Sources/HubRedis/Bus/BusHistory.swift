import HubCore
import RedisWire

/// What Redis has told of the history of events, and who wants to know. Confined to the bus's loop.
final class BusHistory {
    private(set) var delegate: (any EventBusDelegate)?
    private var seen = SeenPosition()

    func start(_ delegate: any EventBusDelegate) {
        self.delegate = delegate
    }

    func stop() {
        self.delegate = nil
    }

    /// The epoch in force; `nil` before Redis was met.
    var epoch: Epoch? { self.seen.position?.epoch }

    /// Takes in a position that Redis told of, and tells the delegate of a new epoch.
    @discardableResult
    func take(_ position: EventID) -> SeenPosition.Meaning {
        let meaning = self.seen.note(position)
        if meaning == .entered { self.delegate?.busEntered(position.epoch, clock: position.offset) }
        return meaning
    }

    /// What every call of a script begins with: epoch and highest offset that were seen, and entropy for an epoch that may begin.
    var arguments: [RedisArgument] {
        let entropy = String(UInt16.random(in: 0x1000...0x1FFF), radix: 16).dropFirst()
        guard let position = self.seen.position else { return ["", "0", "0", .string(String(entropy))] }
        return [
            .string(position.epoch.description), RedisArgument(position.offset.milliseconds),
            RedisArgument(position.offset.sequence), .string(String(entropy)),
        ]
    }
}
