import HubCore
import NIOCore

/// What the fan-out and the feeds of a hub tell at `/metrics`.
struct HubMetrics: MetricsSource {
    let hub: Hub

    func metrics(on loop: any EventLoop) -> EventLoopFuture<[Metric]> {
        self.hub.statistics().hop(to: loop).map {
            Self.streams($0.fanOut) + Self.delivery($0.fanOut) + Self.slowReaders($0.fanOut) + Self.feeds($0.feeds)
                + [
                    Metric(
                        "hub_incidents_passed_over_total", .counter,
                        help: "Resets, refusals and the like that the console does not list, since too many came.",
                        self.hub.incidents.passedOver)
                ]
        }
    }

    private static func streams(_ counted: FanOutStatistics) -> [Metric] {
        let replays: [(StreamOpening.Replay?, String)] = [(.complete, "complete"), (.reset, "reset"), (nil, "unknown")]
        let reasons = CloseReason.allCases
        return [
            Metric("hub_subscribers", .gauge, help: "Streams that are open on this member.", counted.subscribers),
            Metric(
                "hub_streams", .gauge, help: "Streams that are open on this member, by transport.",
                samples: counted.streams.sorted { $0.key < $1.key }.map {
                    .init(Double($0.value), labels: ["transport": $0.key])
                }),
            Metric(
                "hub_streams_opened_total", .counter, help: "Streams by what could be proved of their replay.",
                samples: replays.map { .init(Double(counted.opened[$0.0] ?? 0), labels: ["replay": $0.1]) }),
            Metric(
                "hub_replays_total", .counter, help: "Streams that asked for a replay, by where it came from.",
                samples: ReplaySource.allCases.map {
                    .init(Double(counted.replays[$0] ?? 0), labels: ["source": $0.rawValue])
                }),
            Metric(
                "hub_streams_closed_total", .counter, help: "Streams that the hub ended, by reason.",
                samples: reasons.map { .init(Double(counted.closed[$0] ?? 0), labels: ["reason": $0.rawValue]) }),
        ]
    }

    private static func delivery(_ counted: FanOutStatistics) -> [Metric] {
        let reasons: [ResetNotice.Reason] = [.trimmed, .lost, .unknown]
        return [
            Metric(
                "hub_events_delivered_total", .counter, help: "Events that were given to streams.", counted.delivered),
            Metric(
                "hub_delivered_bytes_total", .counter, help: "Bytes of events that were given to streams.",
                counted.deliveredBytes),
            Metric(
                "hub_delivery_latency_seconds",
                help: "From an event's arrival in this process until the last live stream of a loop was given it.",
                counted.deliveryLatency),
            Metric(
                "hub_loop_lag_seconds", help: "How much later than planned a loop's regular work began.",
                counted.loopLag),
            Metric(
                "hub_resets_total", .counter, help: "Resets that streams were told, by reason.",
                samples: reasons.map { .init(Double(counted.resets[$0] ?? 0), labels: ["reason": $0.rawValue]) }),
        ]
    }

    private static func slowReaders(_ counted: FanOutStatistics) -> [Metric] {
        [
            Metric(
                "hub_streams_parked_total", .counter, help: "How often a stream's client took less than there was.",
                counted.parked),
            Metric(
                "hub_streams_resumed_total", .counter, help: "How often such a stream went on from its place.",
                counted.resumed),
            Metric(
                "hub_streams_skipped_total", .counter, help: "How often such a stream went on with the latest.",
                counted.skipped),
        ]
    }

    private static func feeds(_ held: FeedStatistics) -> [Metric] {
        [
            Metric("hub_feeds", .gauge, help: "Topics that are listened to on this member.", held.feeds),
            Metric("hub_feeds_live", .gauge, help: "Those of them that are complete.", held.liveFeeds),
            Metric("hub_ring_events", .gauge, help: "Events that are held in memory for streams.", held.ringEvents),
            Metric("hub_ring_bytes", .gauge, help: "Roughly the memory that they take, in bytes.", held.ringBytes),
            Metric(
                "hub_feeds_refused_total", .counter,
                help: "Streams that were turned away, since as many topics were listened to as may be.",
                held.counters.refused),
            Metric(
                "hub_feed_catch_ups_total", .counter, help: "How often a feed had to catch up with the bus.",
                held.counters.catchUps),
            Metric(
                "hub_subscription_losses_total", .counter, help: "How often all subscriptions were lost at once.",
                held.counters.losses),
            Metric("hub_epochs_total", .counter, help: "How often a new epoch began.", held.counters.epochs),
            Metric(
                "hub_reigns_total", .counter,
                help: "How often another Redis server, or the same one started anew, has begun to give offsets.",
                held.counters.reigns),
            Metric(
                "hub_tail_reads_total", .counter, help: "Reads of a topic's newest events.", held.counters.tailReads),
            Metric(
                "hub_page_reads_total", .counter, help: "Reads of older events for streams that were behind.",
                held.counters.pageReads),
        ]
    }
}
