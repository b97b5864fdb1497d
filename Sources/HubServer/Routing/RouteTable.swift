import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTransports

/// All paths of the hub, and what serves each.
struct RouteTable {
    /// The paths that the hub has for itself, some of them not always.
    static let paths = Set(
        [
            "/sse", "/ws", "/poll", "/long-poll", "/iframe", "/publish", "/topics", "/revoke", "/health/live",
            "/health/ready",
            "/metrics", "/openapi.yaml",
        ] + (Route.client + Route.demo).map(\.path))

    /// What is served where clients connect.
    let main: [Route]
    /// What is served at the operating address, if there is one.
    let operating: [Route]

    init(
        configuration: ServerConfiguration, hub: Hub, door: Door, streams: [String: any StreamEndpoint],
        condition: ServerCondition, counters: ServerCounters, metrics: [any MetricsSource]
    ) {
        let publish = PublishEndpoint(maximumBytes: configuration.limits.bodyBytes)
        let live = Route(path: "/health/live", name: "health", endpoint: LivenessEndpoint())
        let operating = [
            live,
            Route(path: "/topics", name: "topics", endpoint: TopicsEndpoint()),
            Route(path: "/revoke", name: "revoke", endpoint: RevokeEndpoint()),
            Route(
                path: "/health/ready", name: "health", endpoint: ReadinessEndpoint(bus: hub.bus, condition: condition)),
            Route(
                path: "/metrics", name: "metrics", endpoint: MetricsEndpoint(loop: hub.bus.eventLoop, sources: metrics)),
        ]
        var routes = [
            Route(path: "/publish", name: "publish", endpoint: publish),
            Route(path: "/openapi.yaml", name: "openapi", endpoint: DocumentEndpoint.description),
        ]
        routes += Route.client
        if configuration.isDemo { routes += Route.demo }
        for (path, transport) in streams {
            let endpoint = SubscribeEndpoint(transport: transport, cors: configuration.pages, door: door)
            routes.append(Route(path: path, name: String(path.dropFirst()), endpoint: endpoint))
        }
        if let path = configuration.webSocketEchoPath {
            let transport = WebSocketEcho(configuration: configuration.webSocket)
            let endpoint = EchoEndpoint(transport: transport, cors: configuration.pages)
            routes.append(Route(path: path, name: "echo", endpoint: endpoint))
        }
        self.operating = operating
        self.main = routes + (configuration.operating == nil ? operating : [live])
    }
}
