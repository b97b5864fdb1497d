import ByteStreams
import ByteStrings
import HTTPTypes
import HTTPWire
import HubDoor
import Logging
import NIOCore

/// A line of the access log: what was asked for, by whom, and what became of it. Used only on the loop of its connection.
///
/// Of the target it has the path alone: a query may hold a token, and topics, which may name people. What a client has misspelt may
/// have them in its path, and so that ends with the first character that none of the hub's own paths has.
final class AccessRecord {
    /// More than any path of the hub has.
    private static let maximumPathBytes = 64
    private static let maximumSubjectBytes = 256

    private let logger: Logger
    private let start = NIODeadline.now()
    private var metadata: Logger.Metadata
    private var isStream = false

    /// Begins a line.
    /// - Parameters:
    ///   - head: How it is asked.
    ///   - client: Who asks, as far as is known.
    ///   - logger: Gets the line.
    init(_ head: RequestHead, from client: ClientAddress?, _ logger: Logger) {
        self.logger = logger
        self.metadata = ["method": "\(head.method.rawValue)", "protocol": "\(head.version)"]
        if let client { self.metadata["client"] = "\(client)" }
        guard let trace = head.fields.field(.traceParent).flatMap(TraceParent.init) else { return }
        self.metadata["trace-id"] = "\(trace.traceID)"
        self.metadata["span-id"] = "\(trace.spanID)"
    }

    /// The route is known, and who asks.
    func note(_ request: HubRequest) {
        if !request.path.isEmpty { self.metadata["path"] = "\(Self.shown(request.path))" }
        if let route = request.route, route.endpoint.isStream { self.metadata["transport"] = "\(route.name)" }
        guard let subject = request.principal.subject else { return }
        self.metadata["subject"] = "\(subject.shortened(to: Self.maximumSubjectBytes))"
    }

    private static func shown(_ path: ByteString) -> String {
        let isPlain = { (byte: UInt8) in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return ByteString(path.utf8.prefix(while: isPlain)).shortened(to: self.maximumPathBytes)
    }

    /// Logs what could not even be read as a request.
    static func logUnread(_ status: HTTPResponse.Status, from client: ClientAddress?, _ logger: Logger) {
        var metadata: Logger.Metadata = ["status": .stringConvertible(status.code)]
        if let client { metadata["client"] = "\(client)" }
        logger.info("unreadable request", metadata: metadata)
    }
}

extension AccessRecord: RequestRecord {
    func respond(_ status: HTTPResponse.Status, bodyBytes: Int?) {
        self.metadata["status"] = .stringConvertible(status.code)
        self.isStream = bodyBytes == nil
        if let bodyBytes { self.metadata["bytes"] = .stringConvertible(bodyBytes) }
    }

    func end() {
        self.metadata["duration-ms"] = .stringConvertible((NIODeadline.now() - self.start).nanoseconds / 1_000_000)
        let message: Logger.Message =
            self.metadata["status"] == nil ? "abandoned request" : self.isStream ? "stream" : "request"
        self.logger.info(message, metadata: self.metadata)
    }
}
