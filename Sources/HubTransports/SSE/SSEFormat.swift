import HTTPTypes
import HTTPWire
import HubCore
import NIOCore

/// A stream that an EventSource reads.
struct SSEFormat: HTTPStreamFormat {
    private static let fields: HTTPFields = [.contentType: "text/event-stream"]

    private let sse: SSEEncoding
    private let prime: Bool

    init(_ request: StreamRequest, _ framing: BodyFraming) {
        self.sse = SSEEncoding(format: request.format, framing: framing)
        self.prime = request.prime
    }

    var transport: String { "sse" }
    var encoding: any EventEncoding { self.sse }
    var framing: BodyFraming { self.sse.framing }
    var fields: HTTPFields { Self.fields }

    /// A first comment makes proxies and clients that wait for a byte of the body take the stream for open.
    func beginning(_ opening: StreamOpening) -> ByteBuffer {
        var beginning = self.sse.comment()
        if self.prime, let cursor = opening.cursor { beginning.writeImmutableBuffer(self.sse.prime(cursor)) }
        return beginning
    }

    func reset(_ notice: ResetNotice) -> ByteBuffer { self.sse.reset(notice) }

    func heartbeat() -> ByteBuffer { self.sse.comment() }

    func close(_ reason: CloseReason, retry: Int32) -> ByteBuffer { self.sse.close(reason, retry: retry) }

    func end() -> ByteBuffer { self.sse.end() }
}
