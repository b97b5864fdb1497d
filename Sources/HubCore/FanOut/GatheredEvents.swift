import NIOCore

/// The events of one tick for one stream of several topics: a single event's shared bytes, or a copy of several.
struct GatheredEvents {
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
