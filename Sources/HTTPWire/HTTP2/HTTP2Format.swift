import ByteStreams

/// What the bytes of HTTP/2 are told apart by: the preface, and the heads of frames (RFC 9113, 3.4, 4.1 and 6).
enum HTTP2Format {
    /// How far the preface has come.
    enum Match { case no, partly, yes }

    /// The kinds of frames that are looked at, or made, past NIO's handler.
    enum Kind {
        static let data: UInt8 = 0x0
        static let headers: UInt8 = 0x1
        static let settings: UInt8 = 0x4
        static let goAway: UInt8 = 0x7
        static let windowUpdate: UInt8 = 0x8
        static let continuation: UInt8 = 0x9
    }

    /// How long the head of a frame is.
    static let headBytes = 9

    private static let bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// How long the preface is.
    static var prefaceBytes: Int { self.bytes.count }

    /// Compares the preface with what a client has sent first.
    static func match(_ input: HeldInput) -> Match {
        guard self.bytes.starts(with: input.first(self.bytes.count)) else { return .no }
        return input.count < self.bytes.count ? .partly : .yes
    }
}
