import HubCore
import NIOCore
import NIOHTTP1

/// How a transport writes a stream that is the body of one HTTP answer, framing included.
protocol HTTPStreamFormat {
    /// The transport's name in metrics.
    var transport: String { get }

    /// How it writes events.
    var encoding: any EventEncoding { get }

    /// Whether the body is sent in chunks; every part of it below is framed so.
    var isChunked: Bool { get }

    /// The header fields of its own.
    var fields: HTTPHeaders { get }

    /// How many bytes of events the stream may have before it ends, so that its client begins another.
    var byteLimit: Int { get }

    /// The first bytes of the body.
    func beginning(_ opening: StreamOpening) -> ByteBuffer

    /// Tells of a gap.
    func reset(_ notice: ResetNotice) -> ByteBuffer

    /// A sign of life.
    func heartbeat() -> ByteBuffer

    /// Tells why the stream ends, and how long the client should wait before it comes back.
    /// - Parameter retry: In milliseconds.
    func close(_ reason: CloseReason, retry: Int32) -> ByteBuffer

    /// Tells that the stream has had its share of bytes.
    func turnOver() -> ByteBuffer

    /// What ends the body.
    func end() -> ByteBuffer
}

extension HTTPStreamFormat {
    /// It may last.
    var byteLimit: Int { .max }

    /// There is nothing to tell.
    func turnOver() -> ByteBuffer { ByteBuffer() }

    /// The head of the answer.
    func head(_ exchange: any StreamExchange, _ replay: StreamOpening.Replay?) -> HTTPResponseHead {
        var headers = exchange.commonHeaders
        for field in self.streamFields { headers.replaceOrAdd(name: field.name, value: field.value) }
        if let replay { headers.replaceOrAdd(name: "Hub-Replay", value: replay.rawValue) }
        return HTTPResponseHead(version: exchange.version, status: .ok, headers: headers)
    }

    /// A stream that ends at once.
    /// - Parameter retry: In milliseconds.
    func farewell(_ reason: CloseReason, retry: Int32) -> StreamFarewell {
        var body = self.beginning(StreamOpening(replay: nil, cursor: nil))
        body.writeImmutableBuffer(self.close(reason, retry: retry))
        return StreamFarewell(headers: self.streamFields, body: body)
    }

    /// The header fields, such that no proxy on the way stores, changes or holds back the stream.
    private var streamFields: HTTPHeaders {
        var headers = self.fields
        headers.replaceOrAdd(name: "Cache-Control", value: "no-store, no-transform")
        headers.replaceOrAdd(name: "X-Accel-Buffering", value: "no")
        return headers
    }
}
