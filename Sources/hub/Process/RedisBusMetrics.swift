import HubRedis
import HubServer
import NIOCore

/// What a Redis bus tells at `/metrics`.
struct RedisBusMetrics: MetricsSource {
    let bus: RedisBus

    func metrics(on loop: any EventLoop) -> EventLoopFuture<[Metric]> {
        let reconnects = self.bus.reconnects
        return loop.makeSucceededFuture([
            Metric(
                "hub_redis_reconnects_total", .counter, help: "How often a lost connection to Redis was made again.",
                samples: [
                    .init(Double(reconnects.commands), labels: ["connection": "commands"]),
                    .init(Double(reconnects.subscriptions), labels: ["connection": "subscriptions"]),
                ])
        ])
    }
}
