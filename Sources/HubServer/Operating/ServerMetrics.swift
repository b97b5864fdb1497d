import HubCore
import NIOCore
import NIOPosix

/// What the server itself tells at `/metrics`.
struct ServerMetrics: MetricsSource {
    private let configuration: ServerConfiguration
    private let bus: any EventBus
    private let ledger: ConnectionLedger
    private let operatingLedger: ConnectionLedger
    private let counters: ServerCounters
    private let condition: ServerCondition
    private let startTime = Double(WallClock.milliseconds) / 1000

    init(
        _ configuration: ServerConfiguration, _ bus: any EventBus, _ ledger: ConnectionLedger,
        operating operatingLedger: ConnectionLedger, _ counters: ServerCounters, _ condition: ServerCondition
    ) {
        self.configuration = configuration
        self.bus = bus
        self.ledger = ledger
        self.operatingLedger = operatingLedger
        self.counters = counters
        self.condition = condition
    }

    func metrics(on loop: any EventLoop) -> EventLoopFuture<[Metric]> {
        // Open files are counted one by one, which takes milliseconds where they are many: not on a loop.
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            self.state + self.connections + self.buffers + self.requests + ProcessMetrics.all(startTime: self.startTime)
        }
    }

    private var state: [Metric] {
        [
            Metric(
                "hub_build_info", .gauge, help: "The version that runs; always 1.",
                samples: [.init(1, labels: ["version": self.configuration.version])]),
            Metric(
                "hub_bus_ready", .gauge, help: "Whether events are published and delivered.",
                self.bus.status == .ready ? 1 : 0),
            Metric(
                "hub_draining", .gauge, help: "Whether the hub is shutting down.", self.condition.isDraining ? 1 : 0),
        ]
    }

    private var connections: [Metric] {
        [
            Metric("hub_connections", .gauge, help: "Connections that are open.", self.ledger.total),
            Metric(
                "hub_connections_lingering", .gauge,
                help: "Connections that are only read on so that their clients see a refusal; none of those above.",
                self.ledger.lingering + self.operatingLedger.lingering),
            Metric(
                "hub_connections_limit", .gauge, help: "The most connections that are served.",
                self.ledger.caps.ordinary),
            Metric(
                "hub_operating_connections", .gauge, help: "Connections to the operating address that are open.",
                self.operatingLedger.total),
            Metric(
                "hub_connections_accepted_total", .counter, help: "Connections since the start.",
                self.counters.connections.accepted),
            Metric(
                "hub_connections_turned_away_total", .counter,
                help: "Connections over a cap, and requests on them, which were told so.",
                self.counters.connections.turnedAway),
            Metric(
                "hub_connections_rejected_total", .counter,
                help: "Connections that were just closed, since there was no place for them.",
                self.counters.connections.rejected),
            Metric(
                "hub_connections_replaced_total", .counter,
                help: "Silent connections that were closed to make room for others.",
                self.counters.connections.replaced),
            Metric(
                "hub_accept_pauses_total", .counter,
                help: "How often accepting paused for want of open files or memory.",
                self.counters.connections.pauses),
        ]
    }

    private var buffers: [Metric] {
        let budget = self.configuration.budget
        return [
            Metric(
                "hub_buffered_bytes", .gauge,
                help: "Bytes that are held of bodies, messages and unread answers, in steps of 16 KiB.",
                budget.takenBytes),
            Metric("hub_buffered_bytes_limit", .gauge, help: "How many may be held (--max-buffered).", budget.limit),
            Metric(
                "hub_buffered_refusals_total", .counter, help: "What was refused since no more may be held.",
                budget.refusals),
        ]
    }

    private var requests: [Metric] {
        let answers = self.counters.requests.all.sorted { $0.key < $1.key }
        let publishing = self.counters.publishing.all
        return [
            Metric(
                "hub_requests_total", .counter, help: "Answers by route and class of status.",
                samples: answers.map { key, count in
                    .init(Double(count), labels: ["route": key.route, "status": "\(key.statusClass)xx"])
                }),
            Metric(
                "hub_publish_requests_total", .counter, help: "Publish requests by what became of them.",
                samples: PublishCounters.Outcome.allCases.map { outcome in
                    .init(Double(publishing.requests[outcome] ?? 0), labels: ["outcome": outcome.rawValue])
                }),
            Metric(
                "hub_keys_refused_total", .counter, help: "Publish keys that did not count, by why.",
                samples: [
                    .init(Double(self.counters.keys.wrong), labels: ["reason": "wrong"]),
                    .init(Double(self.counters.keys.waiting), labels: ["reason": "waiting"]),
                ]),
            Metric(
                "hub_events_published_total", .counter, help: "Events that were published through this member.",
                publishing.events),
        ]
    }
}
