import HubCore
import HubTransports
import NIOHTTP1

/// All paths of the hub, and what answers each.
struct RouteTable {
    let routes: [Route]

    init(
        configuration: ServerConfiguration, hub: Hub, streams: [String: any StreamEndpoint],
        condition: ServerCondition, counters: ServerCounters, metrics: [any MetricsSource]
    ) {
        let maximumTopics = configuration.maximumTopicsPerStream
        let publish = PublishEndpoint(bus: hub.bus, maximumTopics: maximumTopics, counters: counters.publishing)
        var routes = [
            Route(path: "/publish", name: "publish", endpoint: publish),
            Route(path: "/topics", name: "topics", endpoint: TopicsEndpoint(hub: hub)),
            Route(path: "/health/live", name: "health", endpoint: LivenessEndpoint()),
            Route(
                path: "/health/ready", name: "health", endpoint: ReadinessEndpoint(bus: hub.bus, condition: condition)),
            Route(
                path: "/metrics", name: "metrics", endpoint: MetricsEndpoint(loop: hub.bus.eventLoop, sources: metrics)),
            Route(path: "/openapi.yaml", name: "openapi", endpoint: DocumentEndpoint.description),
        ]
        routes += Route.client
        if configuration.isDemo { routes += Route.demo }
        for (path, transport) in streams {
            let endpoint = SubscribeEndpoint(transport: transport, maximumTopics: maximumTopics)
            routes.append(Route(path: path, name: String(path.dropFirst()), endpoint: endpoint))
        }
        self.routes = routes
    }
}
