public import NIOCore
import Synchronization

/// An event of a topic as the bus hands it out: immutable, and shared by every subscriber of every event loop.
public final class Event: Sendable {
    /// The event's identity.
    public let id: EventID
    /// The topic whose log holds this entry. An event of several topics has one entry, and one `Event`, in each.
    public let topic: Topic
    /// The offset of the topic's previous event; what proves that nothing is missing before this one.
    public let previous: Offset
    /// The `event` field, if any.
    public let name: String?
    /// The payload.
    public let data: EventData
    /// The reconnection hint in milliseconds, if any.
    public let retry: Int32?

    private let encodings = Mutex<[ByteBuffer?]>([])

    /// Makes an event.
    /// - Parameters:
    ///   - id: The identity that the bus gave it.
    ///   - topic: The topic whose log holds it.
    ///   - previous: The offset of the topic's previous event, or the log's floor if it is the topic's first.
    ///   - name: The `event` field.
    ///   - data: The payload.
    ///   - retry: The reconnection hint, in milliseconds.
    public init(id: EventID, topic: Topic, previous: Offset, name: String?, data: EventData, retry: Int32?) {
        self.id = id
        self.topic = topic
        self.previous = previous
        self.name = name
        self.data = data
        self.retry = retry
    }

    /// The event's position in its epoch.
    public var offset: Offset { self.id.offset }

    /// Roughly what the event occupies in memory, in bytes, with one encoding of it.
    public var byteCount: Int { 320 + 2 * self.data.bytes.count + self.topic.name.utf8.count }

    /// The event in a wire format: encoded by whoever asks first, and then the same bytes for all.
    /// - Parameter encoding: The format.
    public func encoded(as encoding: some EventEncoding) -> ByteBuffer {
        self.encodings.withLock { encodings in
            let slot = encoding.slot
            if slot < encodings.count, let bytes = encodings[slot] { return bytes }
            let bytes = encoding.encode(self)
            while encodings.count <= slot { encodings.append(nil) }
            encodings[slot] = bytes
            return bytes
        }
    }
}

/// A wire format of events. Its bytes are the same for every subscriber, so each event is encoded once.
public protocol EventEncoding: Sendable {
    /// A number below 256 that no other format of the process has, and small, since events keep their bytes at that position.
    var slot: Int { get }

    /// Writes an event in this format, framing included.
    func encode(_ event: Event) -> ByteBuffer
}
