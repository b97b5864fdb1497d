import HubCore
import RedisWire

/// What Redis has told of the history of events, and who wants to know. Confined to the bus's loop.
final class BusHistory {
    private(set) var delegate: (any EventBusDelegate)?
    private var seen = SeenPlace()

    func start(_ delegate: any EventBusDelegate) {
        self.delegate = delegate
    }

    func stop() {
        self.delegate = nil
    }

    /// The epoch in force; `nil` before Redis was met.
    var epoch: Epoch? { self.seen.place?.epoch }

    /// Takes in a place that Redis told of, and tells the delegate of a new epoch.
    @discardableResult
    func take(_ place: EventID) -> SeenPlace.Meaning {
        let meaning = self.seen.note(place)
        if meaning == .entered { self.delegate?.busEntered(place.epoch, clock: place.offset) }
        return meaning
    }

    /// What every call of a script begins with: epoch and highest offset that were seen, and entropy for an epoch that may begin.
    var arguments: [RedisArgument] {
        let entropy = String(UInt16.random(in: 0x1000...0x1FFF), radix: 16).dropFirst()
        guard let place = self.seen.place else { return ["", "0", "0", .string(String(entropy))] }
        return [
            .string(place.epoch.description), RedisArgument(place.offset.milliseconds),
            RedisArgument(place.offset.sequence), .string(String(entropy)),
        ]
    }
}
