import NIOCore

/// A block of an event stream as the hub writes it.
struct StreamBlock {
    var event = "message"
    var data: ByteBuffer?
    var id: String?
    var retry: Int?
}
