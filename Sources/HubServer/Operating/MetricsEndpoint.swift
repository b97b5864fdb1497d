import NIOCore
import NIOHTTP1

/// `GET /metrics`.
struct MetricsEndpoint: Endpoint {
    let loop: any EventLoop
    let sources: [any MetricsSource]

    var isAlwaysAnswered: Bool { true }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        let all = self.sources.map { $0.metrics(on: self.loop) }
        let text = EventLoopFuture.whenAllSucceed(all, on: self.loop).map { MetricsText.text($0.flatMap { $0 }) }
        return .later(text.map { HTTPAnswer(.ok, type: MetricsText.contentType, text: $0) })
    }
}
