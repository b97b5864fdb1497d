import NIOCore

/// Follows the frames that a client sends (RFC 9113, 4.1), and takes those out that widen the windows for what it is sent: NIO's handler
/// does not see what streams send, and would not know what these are for.
///
/// That handler lets the server's settings count only once the client has agreed to them, and takes shorter heads before. Since they allow
/// more than the defaults, they may count from the beginning: it is told so after the client's own, and the client's word is taken out.
struct HTTP2FrameFilter {
    /// What comes next.
    enum Part {
        /// Bytes that are others' to look at.
        case bytes(ByteBuffer)
        /// A window is wider by so many bytes; 0 names the connection.
        case windowUpdate(id: UInt32, increment: Int)
        /// More settings at a time than anybody has, each of which would have to be looked at for all streams.
        case tooManySettings
    }

    private typealias Kind = HTTP2Format.Kind

    private enum Agreement {
        /// The client's settings come first.
        case due
        case told
        case taken
    }

    private static let settingsAcknowledgement: [UInt8] = [0, 0, 0, Kind.settings, Self.acknowledgement, 0, 0, 0, 0]
    private static let acknowledgement: UInt8 = 0x1
    private static let maximumSettingsBytes = 32 * 6
    private static let headBytes = HTTP2Format.headBytes
    private static let updateBytes = 4
    private static let endHeaders: UInt8 = 0x4

    /// What has come and was not taken yet.
    private var input = ByteBuffer()
    /// How much of the present frame has yet to come.
    private var remaining: Int
    /// How much of a head has come that is not complete, in frames that are.
    private var blockBytes = 0
    /// How much of the present frame has come; 0 if it is data, which is used as it comes.
    private var frameBytes = 0
    private var isInBlock = false
    private var agreement = Agreement.due
    /// Whether the first frame has begun.
    private var hasBegun = false

    /// - Parameter prefaceBytes: What comes before the first frame.
    init(prefaceBytes: Int) {
        self.remaining = prefaceBytes
    }

    /// How many bytes have come of which nothing was made yet.
    var heldByteCount: Int { self.input.readableBytes + self.frameBytes + self.blockBytes }

    /// Bytes have come.
    mutating func append(_ bytes: ByteBuffer) {
        if self.input.readableBytes == 0 { self.input = bytes } else { self.input.writeImmutableBuffer(bytes) }
    }

    /// Takes what comes next, now that all before it was dealt with; `nil` if more has to come.
    /// - Parameter isKnown: Whether a stream is one whose window counts.
    mutating func next(isKnown: (UInt32) -> Bool) -> Part? {
        if self.isAgreementDue {
            self.agreement = .told
            return .bytes(ByteBuffer(bytes: Self.settingsAcknowledgement))
        }
        self.dropAcknowledgement()
        if self.hasTooManySettings { return .tooManySettings }
        if let update = self.takeUpdate(isKnown) { return update }
        var passed = self.input
        // What is known of a stream changes with what comes before an update.
        while !self.isPartNext, self.takeFrame() {}
        passed.moveWriterIndex(to: self.input.readerIndex)
        if self.input.readableBytes == 0 { self.input = ByteBuffer() }
        return passed.readableBytes > 0 ? .bytes(passed.smallCopy) : nil
    }

    /// Whether something comes next that is not just passed on.
    private var isPartNext: Bool {
        self.isUpdateNext || self.isAgreementDue || self.isAcknowledgementNext || self.hasTooManySettings
    }

    private var hasTooManySettings: Bool {
        guard self.remaining == 0, let head = self.head, UInt8(truncatingIfNeeded: head) == Kind.settings else {
            return false
        }
        return Int(head >> 8) > Self.maximumSettingsBytes
    }

    private var isAgreementDue: Bool { self.agreement == .due && self.hasBegun && self.remaining == 0 }

    private var isAcknowledgementNext: Bool {
        guard self.agreement == .told, self.remaining == 0, self.head == UInt32(Kind.settings) else { return false }
        let flags = self.input.getInteger(at: self.input.readerIndex + 4) ?? UInt8(0)
        return flags & Self.acknowledgement != 0 && self.input.readableBytes >= Self.headBytes
    }

    private mutating func dropAcknowledgement() {
        guard self.isAcknowledgementNext else { return }
        self.agreement = .taken
        self.input.moveReaderIndex(forwardBy: Self.headBytes)
    }

    /// Whether a window update comes next, of which all may not be there yet.
    private var isUpdateNext: Bool {
        self.remaining == 0 && !self.isInBlock && self.head == UInt32(Self.updateBytes) << 8 | UInt32(Kind.windowUpdate)
    }

    /// The length and the kind of the frame that comes next.
    private var head: UInt32? { self.input.getInteger(at: self.input.readerIndex) }

    private mutating func takeUpdate(_ isKnown: (UInt32) -> Bool) -> Part? {
        let length = Self.headBytes + Self.updateBytes
        guard self.isUpdateNext, self.input.readableBytes >= length else { return nil }
        let start = self.input.readerIndex
        let id = (self.input.getInteger(at: start + 5) ?? UInt32(0)) & 0x7FFF_FFFF
        let increment = (self.input.getInteger(at: start + Self.headBytes) ?? UInt32(0)) & 0x7FFF_FFFF
        // Any other breaks a rule, or comes too late.
        guard increment > 0, isKnown(id) else {
            return self.input.readSlice(length: length).map { .bytes($0.smallCopy) }
        }
        self.input.moveReaderIndex(forwardBy: length)
        return .windowUpdate(id: id, increment: Int(increment))
    }

    /// Takes a frame, or what there is of it.
    /// - Returns: Whether there was anything.
    private mutating func takeFrame() -> Bool {
        guard self.input.readableBytes > 0 else { return false }
        if self.remaining == 0 {
            guard self.input.readableBytes >= Self.headBytes else { return false }
            self.beginFrame()
        }
        let count = min(self.remaining, self.input.readableBytes)
        self.input.moveReaderIndex(forwardBy: count)
        self.remaining -= count
        if self.frameBytes > 0 { self.frameBytes = self.remaining > 0 ? self.frameBytes + count : 0 }
        return true
    }

    private mutating func beginFrame() {
        self.hasBegun = true
        let head = self.head ?? 0
        let (length, kind) = (Int(head >> 8), UInt8(truncatingIfNeeded: head))
        let flags = self.input.getInteger(at: self.input.readerIndex + 4) ?? UInt8(0)
        if kind == Kind.headers || kind == Kind.continuation {
            self.isInBlock = flags & Self.endHeaders == 0
            self.blockBytes = self.isInBlock ? self.blockBytes + length : 0
        }
        self.remaining = length
        self.frameBytes = length > 0 && kind != Kind.data ? Self.headBytes : 0
        self.input.moveReaderIndex(forwardBy: Self.headBytes)
    }
}

extension ByteBuffer {
    private static let smallBytes = 1 << 10

    /// The same bytes: a copy if they are few, so that whoever keeps them does not keep all that was read with them.
    fileprivate var smallCopy: ByteBuffer {
        self.readableBytes <= Self.smallBytes ? ByteBuffer(bytes: self.readableBytesView) : self
    }
}

@available(*, unavailable)
extension HTTP2FrameFilter: Sendable {}
