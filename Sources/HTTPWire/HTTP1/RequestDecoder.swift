import NIOCore
import NIOHTTP1

/// NIO's parser of requests, and another in its place when it has stopped: it reads nothing after a request that offers to speak
/// another protocol, whether or not the offer is taken (RFC 9110, 7.8).
final class RequestDecoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    private let limits: NIOHTTPDecoderLimitConfiguration
    private var parser: HTTPRequestDecoder
    /// Whether the parser has read what it may; what it makes of anything else means nothing.
    private(set) var hasStopped = false

    init(_ limits: NIOHTTPDecoderLimitConfiguration) {
        self.limits = limits
        self.parser = Self.makeParser(limits)
    }

    /// The parser has read the last request that it may. Whoever gives it its bytes gives those that follow to the next one.
    func stop() { self.hasStopped = true }

    func decoderAdded(context: ChannelHandlerContext) { self.parser.decoderAdded(context: context) }

    func decoderRemoved(context: ChannelHandlerContext) { self.parser.decoderRemoved(context: context) }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        if self.hasStopped { self.replaceParser(context) }
        do {
            let state = try self.parser.decode(context: context, buffer: &buffer)
            guard self.hasStopped else { return state }
        } catch {
            guard self.hasStopped else { throw error }
        }
        return self.drop(&buffer)
    }

    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        guard !self.hasStopped else { return self.drop(&buffer) }
        return try self.parser.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
    }

    private func drop(_ buffer: inout ByteBuffer) -> DecodingState {
        buffer.moveReaderIndex(to: buffer.writerIndex)
        return .needMoreData
    }

    private func replaceParser(_ context: ChannelHandlerContext) {
        self.parser.decoderRemoved(context: context)
        self.parser = Self.makeParser(self.limits)
        self.parser.decoderAdded(context: context)
        self.hasStopped = false
    }

    private static func makeParser(_ limits: NIOHTTPDecoderLimitConfiguration) -> HTTPRequestDecoder {
        HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits)
    }
}

@available(*, unavailable)
extension RequestDecoder: Sendable {}
