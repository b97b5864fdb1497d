import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubHooks
import HubTransports

/// All paths of the hub, and what serves each.
struct RouteTable {
    /// The paths that the hub has for itself, some of them not always.
    static let paths = Set(
        [
            "/sse", "/ws", "/poll", "/long-poll", "/iframe", "/publish", "/topics", "/revoke", "/health/live",
            "/health/ready",
            "/metrics", "/openapi.yaml", "/console/ask", "/console/publish", "/console/sse",
        ] + (Route.client + Route.demo + Route.console).map(\.path))

    /// What is served where clients connect.
    let main: [Route]
    /// What is served at the operating address, if there is one.
    let operating: [Route]

    init(
        configuration: ServerConfiguration, hub: Hub, door: Door, streams: [String: any StreamEndpoint],
        condition: ServerCondition, counters: ServerCounters, metrics: [any MetricsSource], inquiry: MemberInquiry
    ) {
        let publish = PublishEndpoint(
            maximumBytes: configuration.limits.bodyBytes, isAsked: configuration.access.hooks.onPublish != nil)
        let live = Route(path: "/health/live", name: "health", endpoint: LivenessEndpoint())
        var operating = [
            live,
            Route(path: "/console/ask", name: "console", endpoint: AskEndpoint(inquiry: inquiry)),
            Route(path: "/console/publish", name: "publish", endpoint: publish),
            Route(path: "/topics", name: "topics", endpoint: TopicsEndpoint()),
            Route(path: "/revoke", name: "revoke", endpoint: RevokeEndpoint()),
            Route(
                path: "/health/ready", name: "health", endpoint: ReadinessEndpoint(bus: hub.bus, condition: condition)),
            Route(
                path: "/metrics", name: "metrics", endpoint: MetricsEndpoint(loop: hub.bus.eventLoop, sources: metrics)),
        ]
        operating += Route.console
        if let transport = streams["/sse"] {
            let endpoint = SubscribeEndpoint(transport: transport, cors: configuration.pages, door: door)
            operating.append(Route(path: "/console/sse", name: "sse", endpoint: endpoint))
        }
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
