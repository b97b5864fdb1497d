import HTTPTypes
import HTTPWire
import HubCore
import NIOCore

/// How a transport writes a stream that is the body of one HTTP response, framing included.
protocol HTTPStreamFormat {
    /// The transport's name in metrics.
    var transport: String { get }

    /// How it writes events.
    var encoding: any EventEncoding { get }

    /// How the body is framed, and every part of it below.
    var framing: BodyFraming { get }

    /// The fields of its own.
    var fields: HTTPFields { get }

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

    /// All fields of the response.
    /// - Parameters:
    ///   - exchange: The request.
    ///   - opening: The stream that follows; `nil` if none does.
    func fields(_ exchange: any HTTPExchange, _ opening: StreamOpening?) -> HTTPFields {
        var fields = exchange.commonFields
        fields.reserveCapacity(fields.count + 8)
        // Those that all responses carry are none of these.
        fields.append(contentsOf: self.fields)
        self.addStreamFields(to: &fields)
        if let replay = opening?.replay { fields.append(HTTPField(name: .hubReplay, value: replay.rawValue)) }
        return fields
    }

    /// A stream that ends at once.
    /// - Parameter retry: In milliseconds.
    func farewell(_ reason: CloseReason, retry: Int32) -> Response {
        var body = self.beginning(StreamOpening(replay: nil, cursor: nil))
        body.writeImmutableBuffer(self.close(reason, retry: retry))
        var fields = self.fields
        self.addStreamFields(to: &fields)
        return Response(.ok, fields: fields, body: body)
    }

    /// No proxy on the way is to store, change or hold back the stream.
    private func addStreamFields(to fields: inout HTTPFields) {
        fields.append(HTTPField(name: .cacheControl, value: "no-store, no-transform"))
        fields.append(HTTPField(name: .xAccelBuffering, value: "no"))
    }
}
