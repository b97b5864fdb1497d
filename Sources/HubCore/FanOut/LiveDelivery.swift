import ByteStreams
import DequeModule
import NIOCore

/// Gives what arrives to the streams that are live: the hot loop. Used only on the shard's loop.
final class LiveDelivery {
    let states = LiveStates()
    private let view: PartitionView
    private let turns: TurnQueue
    private let slowConsumers: SlowConsumers
    private let sliceCount: Int
    private let gatherCount: Int
    /// Topics with a delivery that is not finished.
    private var slicedTopics: Deque<ShardTopic> = []
    /// Events given to outlets.
    private(set) var eventCount = 0
    /// Bytes of events given to outlets.
    private(set) var byteCount = 0
    /// How long events took from their arrival in this process until the last of the shard's live streams was given them.
    private(set) var latency = LatencyHistogram()

    init(
        _ view: PartitionView, _ turns: TurnQueue, _ slowConsumers: SlowConsumers, _ configuration: FanOutConfiguration
    ) {
        self.view = view
        self.turns = turns
        self.slowConsumers = slowConsumers
        self.sliceCount = configuration.sliceCount
        self.gatherCount = configuration.gatherCount
    }

    /// Gives events that came in one tick to the streams that are live.
    /// - Parameter arrival: When the first of them came to this process.
    func deliver(_ events: [Event], arrival: NIODeadline) {
        if events.count == 1 {
            self.deliverToSeveral(events[0], arrival: arrival)
            return self.deliverToSingle(events, of: events[0].topic, arrival: arrival)
        }
        self.deliverToSeveral(events, arrival: arrival)
        var byTopic: [Topic: [Event]] = [:]
        for event in events { byTopic[event.topic, default: []].append(event) }
        for (topic, events) in byTopic { self.deliverToSingle(events, of: topic, arrival: arrival) }
    }

    /// Gives a stream a batch; its position is that of the last event already.
    func deliver(_ batch: EventBatch, to subscriber: Subscriber) {
        guard let cursor = self.view.state.cursor(at: subscriber.position) else { return }
        self.count(batch.count, batch.bytes)
        subscriber.outlet.deliver(batch.bytes, count: batch.count, through: cursor)
    }

    private func count(_ events: Int, _ bytes: ByteBuffer) {
        self.eventCount += events
        self.byteCount += bytes.readableBytes
    }

    // MARK: - Streams of one topic

    private func deliverToSingle(_ events: [Event], of name: Topic, arrival: NIODeadline) {
        guard let topic = self.view.topics[name], !topic.single.isEmpty,
            topic.append(Delivery(events, arrival: arrival))
        else { return }
        self.deliverSlice(of: topic)
        guard topic.isSliced else { return }
        self.slicedTopics.append(topic)
        self.turns.schedule()
    }

    /// Whether deliveries have slices left.
    var isSliced: Bool { !self.slicedTopics.isEmpty }

    /// Goes on with the delivery that has waited longest.
    func deliverNextSlice() {
        guard let topic = self.slicedTopics.popFirst() else { return }
        self.deliverSlice(of: topic)
        if topic.isSliced { self.slicedTopics.append(topic) }
    }

    /// Serves a part of the topic's streams.
    private func deliverSlice(of topic: ShardTopic) {
        guard var delivery = topic.takeDelivery(), let cursor = self.view.state.cursor(at: delivery.last) else {
            return
        }
        let end = min(delivery.nextSlot + self.sliceCount, topic.single.slotCount)
        for slot in delivery.nextSlot..<max(end, delivery.nextSlot) {
            // A stream whose connection fails leaves its roster while this loop runs.
            self.give(&delivery, at: topic.single.seat(slot), cursor, topic.single[slot])
        }
        delivery.nextSlot = end
        guard end >= topic.single.slotCount else { return topic.putBack(delivery) }
        self.latency.observe(.now() - delivery.arrival)
    }

    /// Gives a delivery to the stream at a seat. Most take events as they are, and have nothing but their state looked at.
    private func give(
        _ delivery: inout Delivery, at seat: LiveStates.Seat, _ cursor: Cursor,
        _ subscriber: @autoclosure () -> Subscriber?
    ) {
        let state = self.states[seat]
        guard state.phase == .live, state.position < delivery.last else { return }
        guard state.position < delivery.first, state.descriptor >= 0 else {
            if let subscriber = subscriber() { self.give(&delivery, to: subscriber, cursor) }
            return
        }
        let encoded = delivery.bytes(in: state.encodingSlot)
        guard let bytes = encoded ?? subscriber().map({ delivery.encode(for: $0) }) else { return }
        self.states.setPosition(delivery.last, of: seat)
        self.count(delivery.events.count, bytes)
        let sent = ConnectionSink.send(bytes, to: state.descriptor)
        if sent != bytes.readableBytes { subscriber()?.outlet.directSink?.resume(with: bytes, after: sent) }
    }

    private func give(_ delivery: inout Delivery, to subscriber: Subscriber, _ cursor: Cursor) {
        guard subscriber.position < delivery.first, delivery.events.count <= subscriber.outlet.eventLimit else {
            return self.fallBehind(subscriber)
        }
        guard subscriber.outlet.isWritable else { return self.slowConsumers.park(subscriber) }
        let bytes = delivery.bytes(in: self.states[subscriber.seat].encodingSlot) ?? delivery.encode(for: subscriber)
        subscriber.advance(to: delivery.last)
        self.count(delivery.events.count, bytes)
        subscriber.outlet.deliver(bytes, count: delivery.events.count, through: cursor)
    }

    // MARK: - Streams of several topics

    /// Most ticks bring one event, of which nothing has to be gathered.
    private func deliverToSeveral(_ event: Event, arrival: NIODeadline) {
        guard let topic = self.view.topics[event.topic], let cursor = self.view.state.cursor(at: event.offset) else {
            return
        }
        var delivery = Delivery([event], arrival: arrival)
        var count = 0
        for slot in 0..<topic.several.slotCount {
            // Whoever leaves while this loop runs leaves the slot to nobody.
            let seat = topic.several.seat(slot)
            guard self.states[seat].phase == .live else { continue }
            count += 1
            if count <= self.gatherCount {
                self.give(&delivery, at: seat, cursor, topic.several[slot])
            } else if let subscriber = topic.several[slot] {
                self.fallBehind(subscriber)
            }
        }
        if count > 0 { self.latency.observe(.now() - arrival) }
    }

    private func deliverToSeveral(_ events: [Event], arrival: NIODeadline) {
        var gathering: [Subscriber] = []
        for event in events {
            guard let topic = self.view.topics[event.topic] else { continue }
            topic.several.forEach { self.gather(event, for: $0, &gathering) }
        }
        for subscriber in gathering {
            guard let batch = subscriber.takeGathered(), subscriber.phase == .live else { continue }
            guard batch.count <= subscriber.outlet.eventLimit else {
                self.fallBehind(subscriber)
                continue
            }
            subscriber.advance(to: batch.last)
            self.deliver(batch, to: subscriber)
        }
        if !gathering.isEmpty { self.latency.observe(.now() - arrival) }
    }

    private func gather(_ event: Event, for subscriber: Subscriber, _ gathering: inout [Subscriber]) {
        guard subscriber.phase == .live, subscriber.position < event.offset else { return }
        guard subscriber.gathered == nil else { return subscriber.gather(event) }
        guard subscriber.outlet.isWritable else { return self.slowConsumers.park(subscriber) }
        guard gathering.count < self.gatherCount else { return self.fallBehind(subscriber) }
        subscriber.gather(event)
        gathering.append(subscriber)
    }

    /// A stream has its turn later.
    private func fallBehind(_ subscriber: Subscriber) {
        subscriber.fallBehind()
        self.turns.append(subscriber)
    }
}
