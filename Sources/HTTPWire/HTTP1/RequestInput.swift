import HTTPTypes
import NIOCore
import NIOHTTP1

/// The reading end of a connection that speaks HTTP/1: the parser, and before it the meter. A stream has no use for either.
struct RequestInput {
    let meter: InboundMeter
    let parser: ByteToMessageHandler<RequestDecoder>
    private let decoder: RequestDecoder

    init(limits: HTTPLimits) {
        var decoder = NIOHTTPDecoderLimitConfiguration()
        // The parser counts the target as a field.
        decoder.maxHeaderFieldSize = max(limits.targetBytes, limits.headBytes)
        decoder.maxHeaderListSize = limits.targetBytes + limits.headBytes
        decoder.maxHeaderFieldCount = limits.headFields
        self.meter = InboundMeter()
        self.decoder = RequestDecoder(decoder)
        self.parser = ByteToMessageHandler(self.decoder)
    }

    /// Whether what the parser says means nothing, until it goes on with the next request.
    var hasParserStopped: Bool { self.decoder.hasStopped }

    /// The parser has found a head.
    /// - Returns: What is wrong with it that the parser does not mind, and whether no other can be read after its request.
    func endHead(_ head: HTTPRequestHead) -> (problem: Problem?, isLast: Bool) {
        let offersUpgrade = head.offersUpgrade
        let problem = self.meter.endHead(head, stopsParser: offersUpgrade)
        let isLast = offersUpgrade && (!self.meter.knowsRequestEnd || head.offersWebSocket)
        return (problem, isLast || head.method == .CONNECT)
    }

    /// The parser has found the end of a request.
    func endRequest() {
        if self.meter.endRequest() { self.decoder.stop() }
    }

    /// What was read and of which no request was made yet, in bytes.
    var byteCount: Int { self.meter.byteCount + self.meter.heldByteCount }

    /// What is wrong with a request that the parser can't read.
    func problem(_ error: any Error, limits: HTTPLimits) -> Problem {
        Problem(
            unreadable: error, lineByteCount: self.meter.lineByteCount, hasBareLineFeed: self.meter.hasBareLineFeed,
            limits: limits)
    }

    /// No more requests are read.
    func remove(from context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        pipeline.removeHandler(self.parser, promise: nil)
        self.meter.detach()
        pipeline.removeHandler(self.meter, promise: nil)
    }
}
