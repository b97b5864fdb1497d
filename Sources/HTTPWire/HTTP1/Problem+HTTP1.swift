import HTTPTypes
import NIOHTTP1

extension Problem {
    /// The request can't be parsed.
    /// - Parameters:
    ///   - error: What the parser said.
    ///   - lineByteCount: How long the request line is, as far as it has come.
    ///   - hasBareLineFeed: Whether that line ends with a line feed alone, which the parser takes for a wrong version.
    ///   - limits: The limits, to name them.
    init(unreadable error: any Error, lineByteCount: Int, hasBareLineFeed: Bool = false, limits: HTTPLimits) {
        switch error as? HTTPParserError {
        case .invalidVersion where hasBareLineFeed:
            self.init(.badRequest, "the lines of a request head must end with CR LF, not with LF alone")
        case .headerOverflow where lineByteCount > limits.targetBytes:
            self = .targetTooLong(limit: limits.targetBytes)
        case .headerOverflow:
            self = .headTooLarge(limits)
        case .invalidVersion, .paused:
            // The parser pauses at what begins as the preface of HTTP/2 does.
            self.init(.httpVersionNotSupported, "this server speaks HTTP/1.0, HTTP/1.1 and HTTP/2")
        case .invalidEOFState:
            self.init(.badRequest, "the connection ended before the request was complete")
        case .invalidMethod:
            self.init(.notImplemented, "no such request method")
        default:
            self.init(.badRequest, "the request is not well-formed HTTP/1.1")
        }
    }

    /// The request line names a protocol that the parser knows as well (RTSP, ICE).
    static var otherProtocol: Problem {
        Problem(.badRequest, "the request line must end with HTTP/1.1 or HTTP/1.0")
    }

    /// The request line has white space that is none of its own (RFC 9112, 3): others may read another target out of it.
    static var otherSpaces: Problem {
        Problem(.badRequest, "the method, the target and the version must be separated by one space each")
    }

    /// The request target is over the limit.
    static func targetTooLong(limit: Int) -> Problem {
        Problem(.uriTooLong, "a request target may have \(limit) bytes at most")
    }

    /// The body is mostly something else than data.
    static var paddedBody: Problem {
        Problem(
            .payloadTooLarge,
            "the chunks of a body may take eight times its bytes: leave out chunk extensions and trailers")
    }

    /// Clients hold as much as they may.
    public static var noRoom: Problem {
        .later(
            .serviceUnavailable, "the server holds as many bytes of its clients as it may (--max-buffered); try again",
            after: Int.random(in: 1...10))
    }
}
