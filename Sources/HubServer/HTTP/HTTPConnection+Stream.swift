import HubTransports
import NIOCore
import NIOHTTP1

/// An answer that is a stream, or another protocol from there on: the connection has no more requests.
extension HTTPConnection: StreamExchange {
    var version: HTTPVersion { self.machine.version }

    var commonHeaders: HTTPHeaders { self.served?.request.commonHeaders ?? HTTPHeaders() }

    func begin(_ head: HTTPResponseHead) -> ByteBuffer? {
        guard let context = self.context, self.machine.isHandling else { return nil }
        let bytes = self.begin(head, context)
        self.resumeReading()
        return bytes
    }

    func upgrade(_ head: HTTPResponseHead, to handlers: [any ChannelHandler]) {
        guard let context = self.context, self.machine.isHandling else { return }
        context.write(NIOAny(self.begin(head, context)), promise: nil)
        self.isUpgraded = true
        do {
            try context.pipeline.syncOperations.addHandlers(handlers)
        } catch {
            // Only an inactive channel takes no handlers.
            context.close(promise: nil)
        }
        // Nobody speaks on it any more, as soon as the answer has left.
        if self.hasInputEnded { context.eventLoop.assumeIsolated().execute { context.close(promise: nil) } }
        self.resumeReading()
    }

    private func begin(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) -> ByteBuffer {
        self.machine.stream()
        self.onInputEnd = nil
        self.loop.remove(self)
        self.router.count(head.status, of: self.served?.request)
        self.waiting.removeAll()
        self.releaseRoom()
        var bytes = ByteBuffer()
        bytes.reserveCapacity(512)
        AnswerEncoding.head(head, date: self.loop.date, into: &bytes)
        self.letGoOfHTTP(context)
        return bytes
    }

    func respond(_ head: HTTPResponseHead, body: ByteBuffer?) {
        guard self.machine.isHandling else { return }
        self.onClose = nil
        self.onInputEnd = nil
        self.write(HTTPAnswer(head.status, headers: head.headers, body: body ?? ByteBuffer()))
    }

    func refuse(_ refusal: StreamRefusal) {
        guard self.machine.isHandling else { return }
        self.onClose = nil
        self.onInputEnd = nil
        self.write(Problem(refusal).answer)
    }

    private func letGoOfHTTP(_ context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        if let parser = self.parser { pipeline.removeHandler(parser, promise: nil) }
        if let meter = self.meter {
            meter.onBytes = nil
            meter.isOpen = nil
            meter.onInputEnd = nil
            pipeline.removeHandler(meter, promise: nil)
        }
        self.parser = nil
        self.meter = nil
        // The lease stays until the stream ends; the rest of the request is of no more use.
        self.served = nil
    }
}
