import HTTPWire

/// What a client sends after its settings, and how its connection ends.
struct HTTP2Abuse: Sendable, CustomStringConvertible {
    private typealias Frame = HTTP2Client.Frame

    let description: String
    let fault: HTTP2Counters.Fault
    let bytes: [UInt8]

    private init(_ description: String, _ fault: HTTP2Counters.Fault, _ bytes: [UInt8]...) {
        self.description = description
        self.fault = fault
        self.bytes = Array(bytes.joined())
    }

    /// The error code that the client is told (RFC 9113, 7).
    var code: UInt32? {
        switch self.fault {
        case .protocolError: 0x1
        case .flowControl: 0x3
        case .frameSize: 0x6
        case .compression: 0x9
        case .excess: 0xB
        case .other: nil
        }
    }

    // MARK: Frames

    private static func frame(
        _ kind: Frame.Kind, flags: UInt8 = 0, on id: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        HTTP2Client.frame(kind.rawValue, flags: flags, on: id, payload)
    }

    private static func head(_ path: String, on id: UInt32 = 1, flags: UInt8 = 5) -> [UInt8] {
        let method = flags & Frame.endStream == 0 ? "POST" : "GET"
        return self.frame(
            .headers, flags: flags, on: id,
            HTTP2Client.literals(HTTP2Client.head([":path": path, ":method": method])))
    }

    private static func setting(_ name: UInt16, _ value: UInt32) -> [UInt8] {
        self.frame(.settings, HTTP2Client.bytes(name) + HTTP2Client.bytes(value))
    }

    private static func repeated(_ count: Int, _ bytes: (UInt32) -> [UInt8]) -> [UInt8] {
        (0..<UInt32(count)).flatMap(bytes)
    }

    private static let sse = Self.head("/sse?topic=a")
    private static let publish = Self.head("/publish?topic=a", flags: Frame.endHeaders)
    private static let widest = HTTP2Client.bytes(UInt32(Int32.max))

    private static func publish(on id: UInt32) -> [UInt8] {
        self.head("/publish?topic=a", on: id, flags: Frame.endHeaders)
    }

    private static let one = HTTP2Client.bytes(UInt32(1))
    private static let zeros = [UInt8](repeating: 0, count: 8)

    // MARK: Floods

    /// Frames that cost their sender little and bring nothing.
    static let floods = [
        HTTP2Abuse(
            "malformed heads", .excess,
            repeated(300) {
                frame(.headers, flags: 5, on: 2 * $0 + 1, HTTP2Client.literals([(":method", "GET"), (":path", "/")]))
            }),
        HTTP2Abuse(
            "streams that the hub is made to reset", .excess,
            repeated(300) { publish(on: 2 * $0 + 1) + frame(.windowUpdate, on: 2 * $0 + 1, widest) }),
        HTTP2Abuse(
            "rapid reset", .excess,
            repeated(1000) { head("/sse?topic=a", on: 2 * $0 + 1) + frame(.reset, on: 2 * $0 + 1, one) }),
        HTTP2Abuse("pings", .excess, repeated(1000) { _ in frame(.ping, zeros) }),
        HTTP2Abuse("settings", .excess, repeated(1000) { _ in frame(.settings) }),
        HTTP2Abuse("first windows", .excess, sse, repeated(1000) { setting(4, $0 % 2) }),
        HTTP2Abuse(
            "settings in one frame", .excess, sse,
            frame(.settings, repeated(100) { HTTP2Client.bytes(UInt16(4)) + HTTP2Client.bytes($0 % 2) })),
        HTTP2Abuse("priorities", .excess, repeated(1000) { _ in frame(.priority, on: 3, one + [1]) }),
        HTTP2Abuse("empty data", .excess, publish, repeated(1000) { _ in frame(.data, on: 1) }),
        HTTP2Abuse(
            "empty data that is padded", .excess, publish,
            repeated(1000) { _ in frame(.data, flags: Frame.padded, on: 1, [7] + zeros.dropLast()) }),
        HTTP2Abuse("window updates", .excess, repeated(5000) { _ in frame(.windowUpdate, one) }),
        HTTP2Abuse(
            "window updates of a stream", .excess, sse, repeated(5000) { _ in frame(.windowUpdate, on: 1, one) }),
        HTTP2Abuse(
            "a head without an end", .excess, frame(.headers, flags: Frame.endStream, on: 1),
            repeated(10_000) { _ in frame(.continuation, on: 1, HTTP2Client.literals([("a", "b")])) }),
        HTTP2Abuse(
            "a head of nothing", .excess, frame(.headers, flags: Frame.endStream, on: 1),
            repeated(10_000) { _ in frame(.continuation, on: 1) }),
        HTTP2Abuse(
            "streams that the hub must reset", .excess,
            repeated(1000) {
                head("/sse?topic=a", on: 2 * $0 + 1) + frame(.windowUpdate, on: 2 * $0 + 1, zeros.dropLast(4))
            }),
    ]

    // MARK: Broken rules

    /// What no client does that keeps to RFC 9113, 4 to 6.
    static let brokenRules = [
        HTTP2Abuse("data on no stream", .protocolError, frame(.data, [1])),
        HTTP2Abuse("data on an idle stream", .protocolError, frame(.data, on: 1, [1])),
        HTTP2Abuse("a reset of an idle stream", .protocolError, frame(.reset, on: 1, one)),
        HTTP2Abuse("a window of an idle stream", .protocolError, frame(.windowUpdate, on: 1, one)),
        HTTP2Abuse("a head on no stream", .protocolError, head("/health/live", on: 0)),
        HTTP2Abuse("a stream of the server's", .protocolError, head("/health/live", on: 2)),
        HTTP2Abuse("a promise", .protocolError, sse, frame(.pushPromise, flags: Frame.endHeaders, on: 1, one)),
        HTTP2Abuse("a continuation of nothing", .protocolError, frame(.continuation, flags: Frame.endHeaders, on: 1)),
        HTTP2Abuse(
            "a ping within a head", .protocolError, head("/health/live", flags: Frame.endStream), frame(.ping, zeros)),
        HTTP2Abuse("settings of a stream", .protocolError, frame(.settings, on: 1)),
        HTTP2Abuse("a ping of a stream", .protocolError, frame(.ping, on: 1, zeros)),
        HTTP2Abuse("an end of a stream's", .protocolError, frame(.goAway, on: 1, zeros)),
        HTTP2Abuse("pushing that is neither on nor off", .protocolError, setting(2, 2)),
        HTTP2Abuse("frames that are too small", .protocolError, setting(5, 100)),
        HTTP2Abuse("a window that widens by nothing", .protocolError, frame(.windowUpdate, zeros.dropLast(4))),
        HTTP2Abuse(
            "more padding than frame", .protocolError, publish, frame(.data, flags: Frame.padded, on: 1, [9, 1])),
        HTTP2Abuse("a window that is too wide", .flowControl, frame(.windowUpdate, [0x7F, 0xFF, 0xFF, 0xFF])),
        HTTP2Abuse("first windows that are too wide", .flowControl, setting(4, 1 << 31)),
        HTTP2Abuse("a ping of seven bytes", .frameSize, frame(.ping, zeros.dropLast())),
        HTTP2Abuse("settings of five bytes", .frameSize, frame(.settings, zeros.dropLast(3))),
        HTTP2Abuse(
            "an acknowledgement that says something", .frameSize,
            frame(.settings, flags: Frame.ack, one + one.prefix(2))),
        HTTP2Abuse("a reset of three bytes", .frameSize, sse, frame(.reset, on: 1, one.dropLast())),
        HTTP2Abuse("a window update of three bytes", .frameSize, frame(.windowUpdate, one.dropLast())),
        HTTP2Abuse(
            "a frame that is too large", .frameSize, publish,
            frame(.data, on: 1, [UInt8](repeating: 0, count: Frame.maximumBytes + 1))),
        HTTP2Abuse("an index of nothing", .compression, frame(.headers, flags: 5, on: 1, [0xFF, 0x7F])),
        HTTP2Abuse(
            "a table that is too large", .compression, frame(.headers, flags: 5, on: 1, [0x3F, 0xFF, 0xFF, 0x7F])),
    ]
}
