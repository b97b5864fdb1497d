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
