import HTTPTypes
import HTTPWire
import HubCore
import NIOCore

/// Events as the elements of a batch's array, each with a comma after it, so that they can follow one another; the last
/// comma is taken off at the end.
struct BatchEncoding: EventEncoding {
    var slot: Int { EncodingSlot.batch.rawValue }

    func encode(_ event: Event) -> ByteBuffer {
        let json = EventJSON.encode(event)
        var bytes = ByteBuffer()
        bytes.reserveCapacity(json.count + 1)
        bytes.writeBytes(json)
        bytes.writeStaticString(",")
        return bytes
    }
}

/// What the head of a batch says.
enum BatchHead {
    /// The media type.
    static let mediaType = "application/json"

    /// The header fields of every batch.
    static let fields: HTTPFields = [.contentType: mediaType, .cacheControl: "no-store"]

    /// When a client that polls should come back if nothing more waits for it, in seconds, jittered so that those who began
    /// together do not stay together.
    static var pollAfter: String { String(Int.random(in: 4...6)) }
}
