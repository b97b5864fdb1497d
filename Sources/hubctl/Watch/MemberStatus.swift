import ByteStrings
import HubClient

/// How a hub is, and what it did since it was asked before.
struct MemberStatus {
    /// What can be said of a member that answers.
    struct Figures {
        let streams: Double
        let connections: Double
        /// Events and bytes, each second.
        let published: Double
        let delivered: Double
        let bytes: Double
        let requests: Double
        let failures: Double
        let latency: Percentiles
        let lag: Percentiles
        let memory: Double
        /// Processors that were busy.
        let processors: Double
        let version: String
    }

    let url: String
    /// `ready`, `not ready`, `draining` or `down`.
    let state: String
    /// Why it is down.
    let problem: String?
    /// `nil` if it does not answer, or was not asked before.
    let figures: Figures?

    /// Compares two samples of a hub.
    init(_ now: MemberSample, since before: MemberSample?) {
        self.url = now.url
        switch now.metrics {
        case .failure(let error):
            self.state = "down"
            self.problem = error.message
            self.figures = nil
        case .success(let metrics):
            let isDraining = metrics["hub_draining"] == 1
            self.state = isDraining ? "draining" : metrics["hub_bus_ready"] == 1 ? "ready" : "not ready"
            self.problem = nil
            self.figures = (try? before?.metrics.get()).flatMap { earlier in
                before.map { Figures(metrics, since: earlier, after: $0.time.duration(to: now.time).seconds) }
            }
        }
    }
}

extension MemberStatus.Figures {
    fileprivate init(_ now: MetricsReading, since before: MetricsReading, after seconds: Double) {
        // A process that was started anew counts from nothing.
        let rate = { (count: (MetricsReading) -> Double) in max(0, count(now) - count(before)) / max(seconds, 0.001) }
        self.streams = now["hub_subscribers"]
        self.connections = now["hub_connections"]
        self.published = rate { $0["hub_events_published_total"] }
        self.delivered = rate { $0["hub_events_delivered_total"] }
        self.bytes = rate { $0["hub_delivered_bytes_total"] }
        self.requests = rate { $0.sum(of: "hub_requests_total") }
        self.failures = rate { $0.sum(of: "hub_requests_total", where: #"status="5xx""#) }
        self.latency = Percentiles(
            now.buckets(of: "hub_delivery_latency_seconds"),
            since: before.buckets(of: "hub_delivery_latency_seconds"))
        self.lag = Percentiles(
            now.buckets(of: "hub_loop_lag_seconds"), since: before.buckets(of: "hub_loop_lag_seconds"))
        self.memory = now["process_resident_memory_bytes"]
        self.processors = rate { $0["process_cpu_seconds_total"] }
        self.version = now.version
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(self.components.seconds) + Double(self.components.attoseconds) / 1e18
    }
}
