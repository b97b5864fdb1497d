import ByteStreams
import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request of a connection of HTTP/1, until it is responded to or its stream ends. Used only on the connection's loop.
final class HTTP1Exchange {
    private let requests: RequestSequence
    /// What is asked for, as long as that is of use.
    private(set) var request: (any AdmittedRequest)?
    private var lease: AddressLease?
    /// What becomes of the request is noted there.
    private(set) var record: (any RequestRecord)?
    private var observer: (any ExchangeObserver)?

    init(_ requests: RequestSequence, _ request: any AdmittedRequest) {
        self.requests = requests
        self.request = request
        self.lease = request.lease
        self.record = request.record
    }

    /// The request is complete.
    func serve(_ body: ByteBuffer) { self.request?.serve(body, on: self) }

    /// The client sends nothing more.
    func inputEnded() { self.observer?.inputEnded() }

    /// The response was written, or the connection is gone.
    func end() {
        self.lease?.release()
        self.lease = nil
        self.record?.end()
        self.record = nil
        self.request = nil
        let observer = self.observer
        self.observer = nil
        observer?.connectionClosed()
    }
}

extension HTTP1Exchange: HTTPExchange {
    var eventLoop: any EventLoop { self.requests.eventLoop }

    var omitsBody: Bool { self.requests.machine.omitsBody }

    var framing: BodyFraming { self.requests.machine.version == .http1_0 ? .plain : .chunked }

    var canUpgrade: Bool { self.requests.machine.version == .http1_1 }

    var hasMoreInput: Bool { self.requests.hasMoreInput }

    var commonFields: HTTPFields { self.request?.commonFields ?? [:] }

    var hasInputEnded: Bool { self.requests.hasInputEnded }

    func observe(_ observer: any ExchangeObserver) {
        self.observer = observer
    }

    func respond(_ response: Response) {
        guard self.requests.connection(of: self) != nil else { return }
        self.observer = nil
        self.requests.write(response)
    }

    func stream(_ fields: HTTPFields, _ framing: BodyFraming, first: ByteBuffer) -> (any StreamSink)? {
        guard let connection = self.requests.connection(of: self) else { return nil }
        var fields = fields
        switch framing {
        case .chunked: fields.append(HTTPField(name: .transferEncoding, value: "chunked"))
        case .plain: fields.append(HTTPField(name: .connection, value: "close"))
        }
        var bytes = self.begin(.ok, fields)
        bytes.writeImmutableBuffer(first)
        let sink = connection.makeSink(self.observer) { [requests] in requests.endStream() }
        sink.begin(with: bytes)
        connection.resumeReading()
        return sink
    }

    func upgrade(_ fields: HTTPFields, to handlers: [any ChannelHandler]) -> ConnectionSink? {
        guard let connection = self.requests.connection(of: self) else { return nil }
        connection.upgrade(self.begin(.switchingProtocols, fields), to: handlers)
        return connection.makeSink(self.observer) { [requests] in requests.endStream() }
    }

    /// The lease stays until the stream ends; the rest of the request is of no more use.
    private func begin(_ status: HTTPResponse.Status, _ fields: HTTPFields) -> ByteBuffer {
        defer { self.request = nil }
        return self.requests.stream(status, fields)
    }
}

@available(*, unavailable)
extension HTTP1Exchange: Sendable {}
