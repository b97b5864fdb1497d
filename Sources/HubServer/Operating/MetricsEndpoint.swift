import HTTPTypes
import HTTPWire
import HubDoor
import NIOCore
import Synchronization

/// `GET /metrics`.
///
/// All loops are asked, and the process's open files are counted: whoever asks while that is done gets the same response, so
/// that many who ask cost as much as one.
final class MetricsEndpoint: Endpoint {
    private let loop: any EventLoop
    private let sources: [any MetricsSource]
    private let underWay = Mutex<EventLoopFuture<Response>?>(nil)

    init(loop: any EventLoop, sources: [any MetricsSource]) {
        self.loop = loop
        self.sources = sources
    }

    var isAlwaysServed: Bool { true }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        .later(self.scrape())
    }

    /// The metrics of now.
    func scrape() -> EventLoopFuture<Response> {
        let (response, promise) = self.begin()
        guard let promise else { return response }
        let all = self.sources.map { $0.metrics(on: self.loop) }
        EventLoopFuture.whenAllSucceed(all, on: self.loop).map { metrics in
            Response(.ok, type: MetricsText.contentType, text: MetricsText.text(metrics.flatMap { $0 }))
        }.whenComplete { result in
            self.underWay.withLock { $0 = nil }
            promise.completeWith(result)
        }
        return response
    }

    private func begin() -> (response: EventLoopFuture<Response>, promise: EventLoopPromise<Response>?) {
        self.underWay.withLock { underWay in
            if let underWay { return (underWay, nil) }
            let promise = self.loop.makePromise(of: Response.self)
            underWay = promise.futureResult
            return (promise.futureResult, promise)
        }
    }
}
