public import ByteStreams
public import NIOCore

/// The limits of a WebSocket client.
public struct WebSocketConfiguration: Sendable {
    /// The largest message that a client may send, in bytes, after decompression.
    public var maximumMessageBytes: Int
    /// The same for a client that may not publish: it has no more to say than which topics it wants.
    public var maximumStrangersMessageBytes = 16 << 10
    /// How long a message may take from its first byte to its last; `messageRate` adds to it for those who may publish.
    public var messageTime = TimeAmount.seconds(30)
    /// How many bytes a second keep a message from being timed out.
    public var messageRate = 8 << 10
    /// What messages take from until they have been dealt with.
    public var budget: ByteBudget

    /// Makes a configuration.
    public init(
        maximumMessageBytes: Int = 1 << 20, budget: ByteBudget = ByteBudget()
    ) {
        self.maximumMessageBytes = maximumMessageBytes
        self.budget = budget
    }
}

/// How large a client's messages may be, and how long one may take to be complete.
struct MessageLimit {
    /// The most bytes of a message, in frames and after decompression.
    let bytes: Int
    /// The most frames of a message: each costs as much as some hundred bytes, however little it holds.
    let frames: Int
    /// Whether the client may publish.
    let mayPublish: Bool
    /// For whom messages are held.
    let claimant: ByteBudget.Claimant
    private let time: TimeAmount
    private let rate: Int

    /// Makes the limit of one client.
    /// - Parameter isKnown: Whether it has shown that it may publish; otherwise an application has to be asked.
    init(_ configuration: WebSocketConfiguration, mayPublish: Bool, isKnown: Bool = true) {
        let most = configuration.maximumMessageBytes
        self.bytes = mayPublish ? most : min(most, configuration.maximumStrangersMessageBytes)
        self.frames = max(1024, self.bytes / 64)
        self.mayPublish = mayPublish
        self.claimant = mayPublish && isKnown ? .publisher : .stranger
        self.time = configuration.messageTime
        self.rate = configuration.messageRate
    }

    /// How long a message may take of which so many bytes have come: a large one of somebody who may publish takes longer.
    func time(received: Int) -> TimeAmount {
        guard self.mayPublish else { return self.time }
        return self.time + .milliseconds(Int64(received) * 1000 / Int64(self.rate))
    }

    /// Why a message is too large, in as few words as a close frame holds.
    var tooBig: String {
        self.mayPublish
            ? "a message may have \(self.bytes) bytes at most (--max-body)"
            : "a message of a client that may not publish may have \(self.bytes) bytes at most"
    }

    /// Why a message has too many frames.
    var tooManyFrames: String { "a message may have \(self.frames) frames at most" }

    /// Why one takes too long.
    var tooSlow: String {
        "a message must be complete within \(Double(self.time.nanoseconds / 1_000_000) / 1000) s"
    }
}
