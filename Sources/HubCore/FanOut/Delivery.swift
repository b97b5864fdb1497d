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

    /// The events in a wire format, one after the other; `nil` if nobody asked for it before.
    /// - Parameter slot: The format's.
    func bytes(in slot: UInt8) -> ByteBuffer? {
        slot < self.encoded.count ? self.encoded[Int(slot)] : nil
    }

    /// Makes the events' bytes in a stream's wire format, once for all streams.
    mutating func encode(for subscriber: Subscriber) -> ByteBuffer {
        let encoding = subscriber.encoding
        var bytes = self.events[0].encoded(as: encoding)
        for event in self.events.dropFirst() {
            var more = event.encoded(as: encoding)
            bytes.writeBuffer(&more)
        }
        while self.encoded.count <= encoding.slot { self.encoded.append(nil) }
        self.encoded[encoding.slot] = bytes
        return bytes
    }
}
