import ByteStreams
import HTTPWire
import HubCore
import HubDoor
import HubHooks
import HubTokens
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
                help: "Connections that are read on only so that their last answer is seen; none of those above.",
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
                help:
                    "Bytes that are held of bodies, messages, unread answers and stalled streams, in steps of 16 KiB.",
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
                    .init(Double(self.counters.gate.wrong), labels: ["reason": "wrong"]),
                    .init(Double(self.counters.gate.waiting), labels: ["reason": "waiting"]),
                ]),
            Metric(
                "hub_tokens_refused_total", .counter, help: "Tokens that did not hold, by why.",
                samples: TokenFault.Reason.allCases.map { reason in
                    .init(Double(self.counters.gate.refusedTokens[reason] ?? 0), labels: ["reason": reason.rawValue])
                }),
        ] + self.hooks + self.eventHook + self.http2 + self.tls + [
            Metric(
                "hub_events_published_total", .counter, help: "Events that were published through this member.",
                publishing.events)
        ]
    }

    private var eventHook: [Metric] {
        guard let (delivered, dropped, waiting) = self.configuration.eventHook?.counts else { return [] }
        return [
            Metric(
                "hub_hook_events_total", .counter, help: "Events for an application by what became of them.",
                samples: [
                    .init(Double(delivered), labels: ["outcome": "delivered"]),
                    .init(Double(dropped), labels: ["outcome": "dropped"]),
                ]),
            Metric(
                "hub_hook_events_waiting", .gauge, help: "Events for an application that it has not taken.", waiting),
        ]
    }

    private var hooks: [Metric] {
        let hooks = self.configuration.access.hooks
        let named = [("subscribe", hooks.onSubscribe), ("publish", hooks.onPublish)].compactMap { name, hook in
            hook.map { (name, $0) }
        }
        guard !named.isEmpty else { return [] }
        return [
            Metric(
                "hub_hook_requests_total", .counter, help: "Questions to applications by what became of them.",
                samples: named.flatMap { name, hook in
                    let counts = hook.counts
                    return Hook.Outcome.allCases.map { outcome in
                        Metric.Sample(
                            Double(counts[outcome] ?? 0), labels: ["hook": name, "outcome": outcome.rawValue])
                    }
                }),
            Metric(
                "hub_hook_requests_waiting", .gauge, help: "Questions to applications that wait for an answer.",
                samples: named.map { name, hook in .init(Double(hook.waitingCount), labels: ["hook": name]) }),
        ]
    }

    private var http2: [Metric] {
        let counters = self.configuration.http2Counters
        let faults = counters.faults
        return [
            Metric(
                "hub_http2_connections", .gauge, help: "Connections of HTTP/2 that are open.", counters.connections),
            Metric("hub_http2_streams", .gauge, help: "Streams of those connections.", counters.streams),
            Metric(
                "hub_http2_faults_total", .counter,
                help: "Connections of HTTP/2 that were ended since their client broke a rule, by the code it was told.",
                samples: HTTP2Counters.Fault.allCases.map { fault in
                    .init(Double(faults[fault] ?? 0), labels: ["code": fault.rawValue])
                }),
        ]
    }

    private var tls: [Metric] {
        guard let credentials = self.configuration.tls else { return [] }
        let counts = self.configuration.tlsCounters.all
        return [
            Metric(
                "hub_tls_certificate_expiry_seconds", .gauge,
                help: "When the first of the certificates in use ends, in seconds since 1970.", credentials.end),
            Metric(
                "hub_tls_handshakes_total", .counter, help: "Handshakes of TLS by how they ended.",
                samples: TLSCounters.Outcome.allCases.map { outcome in
                    .init(Double(counts[outcome] ?? 0), labels: ["outcome": outcome.rawValue])
                }),
        ]
    }
}
