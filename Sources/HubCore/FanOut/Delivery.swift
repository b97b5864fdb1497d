import NIOCore

/// Events of one topic that came in one tick, on their way to the topic's streams.
struct Delivery {
    let events: [Event]
    /// The next slot of the roster.
    var nextSlot = 0
    let first: Offset
    let last: Offset
    /// When the first of them came to this process.
    let arrival: NIODeadline
    private var encoded: [ByteBuffer?] = []

    /// Makes a delivery.
    /// - Parameters:
    ///   - events: At least one, in rising order.
    ///   - arrival: When the first of them came to this process.
    init(_ events: [Event], arrival: NIODeadline) {
        self.events = events
        self.arrival = arrival
        self.first = events[0].offset
        self.last = events[events.count - 1].offset
    }

    /// The events in a stream's wire format, one after the other: made once, shared by all streams.
    mutating func bytes(for subscriber: Subscriber) -> ByteBuffer {
        let slot = subscriber.encodingSlot
        if slot < self.encoded.count, let bytes = self.encoded[slot] { return bytes }
        var bytes = self.events[0].encoded(as: subscriber.encoding)
        for event in self.events.dropFirst() {
            var more = event.encoded(as: subscriber.encoding)
            bytes.writeBuffer(&more)
        }
        while self.encoded.count <= slot { self.encoded.append(nil) }
        self.encoded[slot] = bytes
        return bytes
    }
}
