public import NIOCore

/// How much, and for how long, a client may send before the server turns away.
public struct HTTPLimits: Sendable {
    /// The longest request target, in bytes; beyond it the answer is 414. A hundred topics of 512 bytes fit in it, as they do in
    /// what the proxies of `deploy/` take.
    public var targetBytes = 64 * 1024
    /// The most bytes of header fields; beyond it the answer is 431.
    public var headBytes = 64 * 1024
    /// The most header fields in a head; beyond it the answer is 431.
    public var headFields = 100
    /// The largest body of a request that publishes, in bytes; beyond it the answer is 413.
    public var bodyBytes = 1 << 20
    /// How many bytes the framing of a body may take whose data are few; the more there are, the more it may (RFC 9112, 7.1.1).
    public var framingBytes = 16 * 1024
    /// How long a client may take to send a head, counted from the connection or from the end of its last request.
    public var headTime = TimeAmount.seconds(20)
    /// The same for a connection over a cap.
    public var excessHeadTime = TimeAmount.seconds(2)
    /// How long a connection may idle between two requests.
    public var idleTime = TimeAmount.seconds(75)
    /// How long a connection of HTTP/2 without a stream stays once its end was announced: a request may be on its way (RFC 9113, 6.8).
    public var farewellTime = TimeAmount.milliseconds(500)
    /// How long a client may take to begin with a body; `bodyRate` adds to it.
    public var bodyTime = TimeAmount.seconds(20)
    /// How many bytes of body a second keep a client from being timed out.
    public var bodyRate = 8 * 1024
    /// How long a client may take to read an answer that is not a stream.
    public var answerTime = TimeAmount.seconds(60)
    /// How long a connection is read on after its last answer, so that the client sees that instead of a reset; less if many
    /// are.
    public var lingerTime = TimeAmount.seconds(2)
    /// How many bytes are read on, of a refused body or whatever comes.
    public var lingerBytes = 64 << 20

    /// The defaults.
    public init() {}
}
