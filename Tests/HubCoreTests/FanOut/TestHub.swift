import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HubCore

/// A hub on a loop whose clock is moved by hand.
struct TestHub {
    let loop = EmbeddedEventLoop()
    let hub: Hub
    let shard: Shard

    init(_ configuration: FanOutConfiguration = FanOutConfiguration()) throws {
        let bus = MemoryBus(eventLoop: self.loop, replayCount: 100, replayAge: .hours(1))
        self.hub = Hub(bus: bus, loops: [self.loop], configuration: configuration, logger: Logger(label: "test"))
        self.shard = try #require(self.hub.shard(on: self.loop))
        self.hub.start()
        self.loop.run()
    }

    func join(_ outlet: StubOutlet, start: StartPosition = .latest) throws -> Subscriber {
        let subscriber = self.shard.join(topics: [try Topic("t")], start: start, outlet: outlet)
        self.loop.run()
        return subscriber
    }

    func publish() throws {
        _ = self.hub.bus.publish([try Sample.publication("t")])
        self.loop.run()
    }

    func feeds() throws -> Int {
        let statistics = self.hub.statistics()
        self.loop.run()
        return try statistics.wait().feeds.feeds
    }
}
