import HTTPWire
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HubServer

struct MetricsEndpointTests {
    /// Takes its time until it is told to answer.
    private final class SlowSource: MetricsSource {
        private let promises = Mutex<[EventLoopPromise<[Metric]>]>([])

        var count: Int { self.promises.withLock { $0.count } }

        func metrics(on loop: any EventLoop) -> EventLoopFuture<[Metric]> {
            let promise = loop.makePromise(of: [Metric].self)
            self.promises.withLock { $0.append(promise) }
            return promise.futureResult
        }

        func answer(_ value: Int) {
            self.promises.withLock { $0.last }?.succeed([Metric("hub_test", .gauge, help: "A test.", value)])
        }
    }

    @Test func whoAsksWhileTheMetricsAreGatheredGetsTheSame() throws {
        let loop = EmbeddedEventLoop()
        let source = SlowSource()
        let endpoint = MetricsEndpoint(loop: loop, sources: [source])
        let many = (0..<1000).map { _ in endpoint.scrape() }
        #expect(source.count == 1)
        source.answer(1)
        loop.run()
        for answer in many { #expect(String(buffer: try answer.wait().body).hasSuffix("hub_test 1\n")) }
        let later = endpoint.scrape()
        #expect(source.count == 2)
        source.answer(2)
        loop.run()
        #expect(String(buffer: try later.wait().body).hasSuffix("hub_test 2\n"))
    }
}
