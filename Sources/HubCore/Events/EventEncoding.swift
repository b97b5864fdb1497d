public import NIOCore

/// A wire format of events. Its bytes are the same for every subscriber, so each event is encoded once.
public protocol EventEncoding: Sendable {
    /// A small number that no other format of the process has: the place where events keep their bytes in it.
    var slot: Int { get }

    /// Writes an event in this format, framing included.
    func encode(_ event: Event) -> ByteBuffer
}
