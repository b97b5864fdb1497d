import ByteStrings
import HubCore
import NIOCore

/// Events as WebSocket frames, each one text message: `{"type":"event",…EVENT}`.
struct WebSocketEncoding: EventEncoding {
    /// Whether messages are compressed.
    let compresses: Bool

    var slot: Int { EncodingSlot.webSocket.rawValue + (self.compresses ? 1 : 0) }

    func encode(_ event: Event) -> ByteBuffer {
        var json = JSONText(escapesMarkup: false, capacity: event.data.bytes.count + 176)
        json.object { json in
            json.member("type", "event")
            EventJSON.members(of: event, &json)
        }
        return ServerFrame.text(json.bytes, compresses: self.compresses)
    }
}
