import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import NIOCore

/// A page of a hidden frame.
struct IFrameFormat: HTTPStreamFormat {
    private let html = IFrameEncoding()
    private let page: IFramePage

    init(origin: PageOrigin, format: StreamRequest.Format, heartbeat: TimeAmount) {
        self.page = IFramePage(origin: origin, format: format, heartbeat: heartbeat)
    }

    var transport: String { "iframe" }
    var encoding: any EventEncoding { self.html }

    /// A page that was cut within chunks never ends for its script, one that just ends with the connection does.
    var framing: BodyFraming { .plain }

    /// A browser keeps every byte of a page that it loads.
    var byteLimit: Int { 128 << 10 }

    var fields: HTTPFields {
        [
            .contentType: "text/html; charset=utf-8",
            .contentSecurityPolicy: self.page.policy,
            .referrerPolicy: "no-referrer",
        ]
    }

    func beginning(_ opening: StreamOpening) -> ByteBuffer {
        var bytes = ByteBuffer(string: self.page.head)
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

    func end() -> ByteBuffer { ByteBuffer() }
}
