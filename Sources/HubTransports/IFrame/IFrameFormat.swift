import HubCore
import NIOCore
import NIOHTTP1

/// A page of a hidden frame.
struct IFrameFormat: HTTPStreamFormat {
    private let html: IFrameEncoding
    private let origin: PageOrigin
    private let format: StreamRequest.Format
    private let nonce = IFramePage.nonce()

    init(origin: PageOrigin, format: StreamRequest.Format, isChunked: Bool) {
        self.html = IFrameEncoding(isChunked: isChunked)
        self.origin = origin
        self.format = format
    }

    var transport: String { "iframe" }
    var encoding: any EventEncoding { self.html }
    var isChunked: Bool { self.html.isChunked }

    /// A browser keeps every byte of a page that it loads.
    var byteLimit: Int { 128 << 10 }

    var fields: HTTPHeaders {
        [
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": IFramePage.policy(nonce: self.nonce, origin: self.origin),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        ]
    }

    func beginning(_ opening: StreamOpening) -> ByteBuffer {
        let head = IFramePage.head(nonce: self.nonce, origin: self.origin, format: self.format)
        var bytes = self.html.framing.framed(ByteBuffer(string: head))
        bytes.writeImmutableBuffer(
            self.html.block("open") { json in
                if let replay = opening.replay { json.member("replay", replay.rawValue) }
                if let cursor = opening.cursor { json.member("cursor", cursor.description) }
            })
        return bytes
    }

    func reset(_ notice: ResetNotice) -> ByteBuffer {
        self.html.block("reset") { json in
            ResetJSON.members(of: notice, &json)
            if let cursor = notice.cursor { json.member("cursor", cursor.description) }
        }
    }

    func heartbeat() -> ByteBuffer { self.html.comment() }

    func close(_ reason: CloseReason, retry: Int32) -> ByteBuffer {
        self.html.block("close") { json in
            json.member("reason", reason.rawValue)
            json.member("retry", retry)
        }
    }

    func turnOver() -> ByteBuffer { self.html.block("next") }

    func end() -> ByteBuffer { self.html.framing.end }
}
