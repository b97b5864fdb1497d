import DequeModule
import NIOCore

extension FanOutShard {
    /// Gives events that came in one tick to the streams that are live.
    /// - Parameter arrival: When the first of them came to this process.
    func deliverLive(_ events: [Event], arrival: NIODeadline) {
        if events.count == 1 {
            self.deliverToSeveral(events[0], arrival: arrival)
            return self.deliverToSingle(events, of: events[0].topic, arrival: arrival)
        }
        self.deliverToSeveral(events, arrival: arrival)
        var byTopic: [Topic: [Event]] = [:]
        for event in events { byTopic[event.topic, default: []].append(event) }
        for (topic, events) in byTopic { self.deliverToSingle(events, of: topic, arrival: arrival) }
    }

    // MARK: - Streams of one topic

    private func deliverToSingle(_ events: [Event], of name: Topic, arrival: NIODeadline) {
        guard let topic = self.topics[name], !topic.single.isEmpty else { return }
        topic.deliveries.append(Delivery(events, arrival: arrival))
        guard topic.deliveries.count == 1 else { return }
        self.deliverSlice(of: topic)
        guard !topic.deliveries.isEmpty else { return }
        self.slicedTopics.append(topic)
        self.scheduleWork()
    }

    /// Serves a part of the topic's streams.
    func deliverSlice(of topic: ShardTopic) {
        guard var delivery = topic.deliveries.popFirst(), let cursor = self.cursor(at: delivery.last) else { return }
        let end = min(delivery.nextSlot + self.configuration.sliceCount, topic.single.slotCount)
        for slot in delivery.nextSlot..<max(end, delivery.nextSlot) {
            // A stream whose connection fails leaves its roster while this loop runs.
            self.give(&delivery, at: topic.single.seat(slot), cursor, topic.single[slot])
        }
        delivery.nextSlot = end
        guard end >= topic.single.slotCount else { return topic.deliveries.prepend(delivery) }
        self.statistics.deliveryLatency.observe(.now() - delivery.arrival)
    }

    /// Gives a delivery to the stream at a seat. Most take events as they are, and have nothing but their state looked at.
    private func give(
        _ delivery: inout Delivery, at seat: Int, _ cursor: Cursor, _ subscriber: @autoclosure () -> Subscriber?
    ) {
        let state = self.states[seat]
        guard state.phase == .live, state.place < delivery.last else { return }
        guard state.place < delivery.first, state.descriptor >= 0 else {
            if let subscriber = subscriber() { self.give(&delivery, to: subscriber, cursor) }
            return
        }
        let encoded = delivery.bytes(in: state.encodingSlot)
        guard let bytes = encoded ?? subscriber().map({ delivery.encode(for: $0) }) else { return }
        self.states.setPlace(delivery.last, of: seat)
        self.count(delivery.events.count, bytes)
        let sent = StreamSocket.send(bytes, to: state.descriptor)
        if sent != bytes.readableBytes { subscriber()?.outlet.directSocket?.goOn(with: bytes, after: sent) }
    }

    private func give(_ delivery: inout Delivery, to subscriber: Subscriber, _ cursor: Cursor) {
        guard subscriber.place < delivery.first, delivery.events.count <= subscriber.outlet.eventLimit else {
            return self.fallBehind(subscriber)
        }
        guard subscriber.outlet.isWritable else { return self.park(subscriber) }
        let bytes = delivery.bytes(in: self.states[subscriber.seat].encodingSlot) ?? delivery.encode(for: subscriber)
        subscriber.place = delivery.last
        self.count(delivery.events.count, bytes)
        subscriber.outlet.deliver(bytes, count: delivery.events.count, through: cursor)
    }

    // MARK: - Streams of several topics

    /// Most ticks bring one event, of which nothing has to be gathered.
    private func deliverToSeveral(_ event: Event, arrival: NIODeadline) {
        guard let topic = self.topics[event.topic], let cursor = self.cursor(at: event.offset) else { return }
        var delivery = Delivery([event], arrival: arrival)
        var count = 0
        for slot in 0..<topic.several.slotCount {
            // Whoever leaves while this loop runs leaves the slot to nobody.
            let seat = topic.several.seat(slot)
            guard self.states[seat].phase == .live else { continue }
            count += 1
            if count <= self.configuration.gatherCount {
                self.give(&delivery, at: seat, cursor, topic.several[slot])
            } else if let subscriber = topic.several[slot] {
                self.fallBehind(subscriber)
            }
        }
        if count > 0 { self.statistics.deliveryLatency.observe(.now() - arrival) }
    }

    private func deliverToSeveral(_ events: [Event], arrival: NIODeadline) {
        var gathered: [Subscriber] = []
        for event in events {
            guard let topic = self.topics[event.topic] else { continue }
            topic.several.forEach { self.gather(event, for: $0, &gathered) }
        }
        for subscriber in gathered {
            guard let events = subscriber.gathered else { continue }
            subscriber.gathered = nil
            guard subscriber.phase == .live else { continue }
            guard events.count <= subscriber.outlet.eventLimit else {
                self.fallBehind(subscriber)
                continue
            }
            subscriber.place = events.last
            self.deliver(events.bytes, count: events.count, to: subscriber)
        }
        if !gathered.isEmpty { self.statistics.deliveryLatency.observe(.now() - arrival) }
    }

    private func gather(_ event: Event, for subscriber: Subscriber, _ gathered: inout [Subscriber]) {
        guard subscriber.phase == .live, subscriber.place < event.offset else { return }
        if subscriber.gathered != nil {
            // An event of several topics comes once for each of them, under one id.
            guard subscriber.gathered.map({ $0.last < event.offset }) == true else { return }
            subscriber.gathered?.append(event, as: subscriber.encoding)
            return
        }
        guard subscriber.outlet.isWritable else { return self.park(subscriber) }
        guard gathered.count < self.configuration.gatherCount else { return self.fallBehind(subscriber) }
        subscriber.gathered = GatheredEvents(event, as: subscriber.encoding)
        gathered.append(subscriber)
    }

    // MARK: - Both

    func deliver(_ bytes: ByteBuffer, count: Int, to subscriber: Subscriber) {
        guard let cursor = self.cursor(at: subscriber.place) else { return }
        self.count(count, bytes)
        subscriber.outlet.deliver(bytes, count: count, through: cursor)
    }

    private func count(_ events: Int, _ bytes: ByteBuffer) {
        self.statistics.delivered += events
        self.statistics.deliveredBytes += bytes.readableBytes
    }

    /// A stream has its turn later.
    private func fallBehind(_ subscriber: Subscriber) {
        subscriber.phase = .behind
        self.catchUp(subscriber)
    }

    /// A stream did not take what it was sent before: it keeps its place and nothing else.
    func park(_ subscriber: Subscriber) {
        subscriber.phase = .behind
        if !subscriber.isHeadPending {
            subscriber.isSlow = true
            self.statistics.parked += 1
        }
        self.watchStall(of: subscriber)
    }
}
