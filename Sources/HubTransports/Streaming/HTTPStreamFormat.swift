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
    /// - Parameter opening: The stream that follows; `nil` if none does.
    func head(_ exchange: any StreamExchange, _ opening: StreamOpening?) -> HTTPResponseHead {
        var headers = exchange.commonHeaders
        headers.reserveCapacity(headers.count + 8)
        // Those that all answers carry are none of these.
        headers.add(contentsOf: self.fields)
        self.addStreamFields(to: &headers)
        if let opening {
            if let replay = opening.replay { headers.add(name: "Hub-Replay", value: replay.rawValue) }
            let (name, value) = self.isChunked ? ("Transfer-Encoding", "chunked") : ("Connection", "close")
            headers.add(name: name, value: value)
        }
        return HTTPResponseHead(version: exchange.version, status: .ok, headers: headers)
    }

    /// A stream that ends at once.
    /// - Parameter retry: In milliseconds.
    func farewell(_ reason: CloseReason, retry: Int32) -> StreamFarewell {
        var body = self.beginning(StreamOpening(replay: nil, cursor: nil))
        body.writeImmutableBuffer(self.close(reason, retry: retry))
        var headers = self.fields
        self.addStreamFields(to: &headers)
        return StreamFarewell(headers: headers, body: body)
    }

    /// No proxy on the way is to store, change or hold back the stream.
    private func addStreamFields(to headers: inout HTTPHeaders) {
        headers.add(name: "Cache-Control", value: "no-store, no-transform")
        headers.add(name: "X-Accel-Buffering", value: "no")
    }
}
