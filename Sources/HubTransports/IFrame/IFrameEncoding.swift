import ByteStrings
import HubCore
import NIOCore

/// Events as data blocks of a page that grows (WHATWG HTML, 4.12.1).
///
/// A data block is never executed, and its text can't end it: everything that could is escaped. It holds the whole event
/// whatever the format, since the page's own script makes the message of it, so that all pages share its bytes.
struct IFrameEncoding: EventEncoding {
    var slot: Int { EncodingSlot.iframe.rawValue }

    func encode(_ event: Event) -> ByteBuffer {
        self.block(EventJSON.encode(event, escapesMarkup: true))
    }

    /// A block that is not an event.
    /// - Parameters:
    ///   - kind: Its member `hub`.
    ///   - members: Writes the others.
    func block(_ kind: String, _ members: (inout JSONText) -> Void = { _ in }) -> ByteBuffer {
        var json = JSONText()
        json.object { json in
            json.member("hub", kind)
            members(&json)
        }
        return self.block(json.bytes)
    }

    /// A comment, which the page's script sees.
    func comment() -> ByteBuffer {
        ByteBuffer(string: "<!---->\n")
    }

    /// The line feed is what shows a reader of the page that the block is complete.
    private func block(_ json: [UInt8]) -> ByteBuffer {
        var block = ByteBuffer()
        block.reserveCapacity(json.count + 48)
        block.writeStaticString(#"<script type="application/json">"#)
        block.writeBytes(json)
        block.writeStaticString("</script>\n")
        return block
    }
}
