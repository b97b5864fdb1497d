public import NIOCore

/// A wire format of events. Its bytes are the same for every subscriber, so each event is encoded once.
public protocol EventEncoding: Sendable {
    /// A number below 256 that no other format of the process has, and small, since events keep their bytes at that place.
    var slot: Int { get }

    /// Writes an event in this format, framing included.
    func encode(_ event: Event) -> ByteBuffer
}
