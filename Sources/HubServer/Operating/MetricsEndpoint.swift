import NIOCore
import NIOHTTP1
import Synchronization

/// `GET /metrics`.
///
/// All loops are asked, and the process's open files are counted: whoever asks while that is done gets the same answer, so
/// that many who ask cost as much as one.
final class MetricsEndpoint: Endpoint {
    private let loop: any EventLoop
    private let sources: [any MetricsSource]
    private let underWay = Mutex<EventLoopFuture<HTTPAnswer>?>(nil)

    init(loop: any EventLoop, sources: [any MetricsSource]) {
        self.loop = loop
        self.sources = sources
    }

    var isAlwaysAnswered: Bool { true }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        .later(self.scrape())
    }

    /// The metrics of now.
    func scrape() -> EventLoopFuture<HTTPAnswer> {
        let (answer, promise) = self.begin()
        guard let promise else { return answer }
        let all = self.sources.map { $0.metrics(on: self.loop) }
        EventLoopFuture.whenAllSucceed(all, on: self.loop).map { metrics in
            HTTPAnswer(.ok, type: MetricsText.contentType, text: MetricsText.text(metrics.flatMap { $0 }))
        }.whenComplete { result in
            self.underWay.withLock { $0 = nil }
            promise.completeWith(result)
        }
        return answer
    }

    private func begin() -> (answer: EventLoopFuture<HTTPAnswer>, promise: EventLoopPromise<HTTPAnswer>?) {
        self.underWay.withLock { underWay in
            if let underWay { return (underWay, nil) }
            let promise = self.loop.makePromise(of: HTTPAnswer.self)
            underWay = promise.futureResult
            return (promise.futureResult, promise)
        }
    }
}
