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

/// Events for one stream, encoded one after the other: a single event's shared bytes, or a copy of several.
struct EventBatch {
    private(set) var bytes: ByteBuffer
    private(set) var count = 1
    private(set) var last: Offset

    init(_ event: Event, as encoding: any EventEncoding) {
        self.bytes = event.encoded(as: encoding)
        self.last = event.offset
    }

    mutating func append(_ event: Event, as encoding: any EventEncoding) {
        var more = event.encoded(as: encoding)
        self.bytes.writeBuffer(&more)
        self.count += 1
        self.last = event.offset
    }
}

extension EventBatch? {
    /// Adds an event, or begins with it.
    mutating func append(_ event: Event, as encoding: any EventEncoding) {
        if self == nil { self = EventBatch(event, as: encoding) } else { self?.append(event, as: encoding) }
    }
}
