public import ByteStrings

/// Whose a stream is. A class, so that streams which are nobody's, most of all, have room for a reference alone.
public final class StreamOwner: Sendable {
    /// The owner's name.
    public let name: ByteString
    /// When what lets the owner in was issued, in seconds since 1970; `nil` if that is not known.
    public let issued: Double?

    /// Makes an owner.
    public init(name: ByteString, issued: Double?) {
        self.name = name
        self.issued = issued
    }
}

/// Which streams are somebody's: all of one owner can be ended at once. Used only on the shard's loop.
final class StreamOwners {
    private var streams: [ByteString: [ObjectIdentifier: Subscriber]] = [:]
    private let occupancy: OccupancyLedger?

    init(_ occupancy: OccupancyLedger?) {
        self.occupancy = occupancy
    }

    /// Lets a stream have another owner.
    func assign(_ subscriber: Subscriber, to owner: StreamOwner?) {
        self.remove(subscriber)
        subscriber.take(owner: owner)
        guard let owner else { return }
        if self.streams[owner.name] == nil { self.occupancy?.enter(.subject(owner.name)) }
        self.streams[owner.name, default: [:]][ObjectIdentifier(subscriber)] = subscriber
    }

    /// A stream has ended.
    func remove(_ subscriber: Subscriber) {
        guard let name = subscriber.owner?.name else { return }
        self.streams[name]?[ObjectIdentifier(subscriber)] = nil
        guard self.streams[name]?.isEmpty ?? false else { return }
        self.streams[name] = nil
        self.occupancy?.leave(.subject(name))
    }

    /// The streams of an owner who was let in by what was issued up to a time, or nobody knows when.
    func streams(of name: ByteString, issuedUpTo time: Double) -> [Subscriber] {
        self.streams[name].map { streams in streams.values.filter { ($0.owner?.issued ?? time) <= time } } ?? []
    }
}
