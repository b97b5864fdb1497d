import NIOCore
import NIOHTTP2

/// What a client of HTTP/2 may do, and is told so in the settings (RFC 9113, 6.5). Floods of frames that bring nothing end the connection
/// with ENHANCE_YOUR_CALM.
struct HTTP2Rules {
    /// The windows that every connection begins with (RFC 9113, 6.9.2).
    static let initialWindowBytes = 65_535
    /// How many bytes of all bodies may be on the way.
    static let connectionWindowBytes = 1 << 20
    /// How many of one.
    static let streamWindowBytes = 256 << 10

    /// How many streams may be open at a time.
    private static let maximumStreams = 256
    /// A proxy's connection carries those of many clients.
    private static let maximumStreamsOfProxy = 4096
    /// How often in 30 s a client may give up a stream that it began. A page has no reason to do so more often than it is left.
    private static let maximumResets = 200
    /// A proxy does so whenever one of its clients leaves.
    private static let maximumResetsOfProxy = 20_000
    /// How often in 30 s settings, pings and priorities may come.
    private static let maximumControlFrames = 200
    /// How many frames of data without any may follow each other.
    private static let maximumEmptyFrames = 100
    /// The most frames that a head may be continued in.
    private static let maximumContinuations = 9
    /// What a field takes in the count of a head beside its bytes (RFC 9113, 6.5.2).
    private static let fieldOverhead = 32

    let limits: HTTPLimits
    let isProxy: Bool

    /// Makes what keeps to the rules of the protocol.
    /// - Parameter frameDelegate: Is told of each frame that is written.
    func makeHandler(frameDelegate: any NIOHTTP2FrameDelegate) -> NIOHTTP2Handler {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = self.settings
        // NIO's would compare text of strangers as Swift does; `HTTP2HeadReader` looks at its bytes.
        connection.headerBlockValidation = .disabled
        // It does not see the data that is sent.
        connection.contentLengthValidation = .disabled
        connection.maximumSequentialContinuationFrames = Self.maximumContinuations
        connection.maximumBufferedControlFrames = 1000
        // What still comes for these is passed over.
        connection.maximumRecentlyResetStreams = 2 * self.maximumStreams
        connection.maximumSequentialEmptyDataFrames = Self.maximumEmptyFrames
        connection.maximumConnectionGlitches = self.maximumResets
        connection.controlFrameRateLimit.maximumCount = Self.maximumControlFrames
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.streamResetFrameRateLimit.maximumCount = self.maximumResets
        stream.streamErrorRateLimit.maximumCount = self.maximumResets
        return NIOHTTP2Handler(
            mode: .server, frameDelegate: frameDelegate, connectionConfiguration: connection,
            streamConfiguration: stream)
    }

    /// How often in 30 s streams may be reset by the client, or for what it did.
    var maximumResets: Int { self.isProxy ? Self.maximumResetsOfProxy : Self.maximumResets }

    private var maximumStreams: Int { self.isProxy ? Self.maximumStreamsOfProxy : Self.maximumStreams }

    private var settings: HTTP2Settings {
        let head = self.limits.targetBytes + self.limits.headBytes + Self.fieldOverhead * self.limits.headFields
        return [
            HTTP2Setting(
                parameter: .maxConcurrentStreams,
                value: self.maximumStreams),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.streamWindowBytes),
            HTTP2Setting(parameter: .maxHeaderListSize, value: head),
        ]
    }
}
