import HubCore
import NIOCore
import NIOHTTP1

/// A stream that an EventSource reads.
struct SSEFormat: HTTPStreamFormat {
    private static let fields: HTTPHeaders = ["Content-Type": "text/event-stream"]

    private let sse: SSEEncoding
    private let prime: Bool

    init(_ request: StreamRequest, isChunked: Bool) {
        self.sse = SSEEncoding(format: request.format, isChunked: isChunked)
        self.prime = request.prime
    }

    var transport: String { "sse" }
    var encoding: any EventEncoding { self.sse }
    var isChunked: Bool { self.sse.isChunked }
    var fields: HTTPHeaders { Self.fields }

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
