import HubCore
import Logging
import NIOCore
import RedisWire

/// Holds the channels of the topics that are listened to, and tells the delegate what comes over them. Confined to the bus's loop.
final class TopicChannels {
    private let settings: RedisBusSettings
    private let subscriptions: SubscriptionLink
    private let probe: SubscriptionProbe
    private let history: BusHistory
    private let health: BusHealth
    private let openings: ReconnectCounter
    /// The topics that are subscribed to, by channel. Names are told apart by their bytes here, as in Redis.
    private var topics: [[UInt8]: Topic] = [:]
    /// Whether the delegate was told of a hole and waits for the acknowledgements.
    private var isMendingHole = false
    /// Hears what members say.
    private var listener: (@Sendable ([UInt8]) -> Void)?

    init(
        _ settings: RedisBusSettings, _ subscriptions: SubscriptionLink, _ probe: SubscriptionProbe,
        _ history: BusHistory,
        _ health: BusHealth, _ openings: ReconnectCounter
    ) {
        self.settings = settings
        self.subscriptions = subscriptions
        self.probe = probe
        self.history = history
        self.health = health
        self.openings = openings
    }

    /// Begins to listen to what concerns all members, and to this one's probes.
    func start() {
        self.subscriptions.subscribe([self.settings.names.control, self.probe.channel, self.settings.names.members])
    }

    /// Names who hears what members say.
    func hearMembers(_ listener: @escaping @Sendable ([UInt8]) -> Void) { self.listener = listener }

    func subscribe(_ topic: Topic) {
        let channel = self.settings.names.channel(of: topic)
        self.topics[channel] = topic
        self.subscriptions.subscribe([channel])
    }

    func unsubscribe(_ topic: Topic) {
        let channel = self.settings.names.channel(of: topic)
        self.topics[channel] = nil
        self.subscriptions.unsubscribe(channel)
    }

    /// Takes in what happens on the connection, in order.
    func take(_ event: SubscriptionLink.Event) {
        switch event {
        case .opened: self.openings.countOpening()
        case .subscribed(let channel): self.subscribed(channel)
        case .message(let bytes, let channel): self.received(bytes, on: channel)
        case .passedOver(self.settings.names.members): break
        case .passedOver:
            // So is the event in the log: its topic goes on after it, with a reset.
            self.settings.logger.warning("a message of Redis is larger than an event may be, and is passed over")
            self.mendHole()
        case .receivedAll: self.history.delegate?.busReceivedAll()
        case .failed(let error): self.isMissing(error)
        case .lost(let error):
            self.isMissing(error)
            self.history.delegate?.busLostSubscriptions()
        }
    }

    private func isMissing(_ error: any Error) {
        self.settings.logger.debug("no connection for subscriptions", metadata: ["reason": "\(error)"])
        self.health.note(.notSubscribed, "the subscription to Redis is lost: \(error)")
    }

    private func subscribed(_ channel: [UInt8]) {
        if channel == self.probe.channel {
            self.health.note(.notSubscribed, nil)
            self.probe.arrived()
            self.probe.send()
        } else if let topic = self.topics[channel] {
            self.history.delegate?.busSubscribed(topic)
        }
    }

    private func received(_ bytes: [UInt8], on channel: [UInt8]) {
        guard channel != self.settings.names.members else {
            self.listener?(bytes)
            return
        }
        do {
            let message = try ChannelMessage(bytes)
            if let topic = self.topics[channel] {
                self.received(message, on: topic)
            } else if case .position(let position) = message {
                self.received(position, isProbe: channel == self.probe.channel)
            }
        } catch {
            self.settings.logger.error("a message of Redis is malformed", metadata: ["message": "\(error)"])
            self.mendHole()
        }
    }

    private func received(_ message: ChannelMessage, on topic: Topic) {
        switch message {
        case .event(let message):
            guard self.history.take(message.id) != .stale else { return }
            let event = Event(
                id: message.id, topic: topic, previous: message.previous, name: message.name, data: message.data,
                retry: message.retry)
            self.history.delegate?.busReceived(.appended(event))
        case .deleted(let last):
            guard self.history.take(last) != .stale else { return }
            self.history.delegate?.busReceived(.deleted(topic, last: last.offset, epoch: last.epoch))
        case .retired(let last):
            guard self.history.take(last) != .stale else { return }
            self.history.delegate?.busReceived(.retired(topic, last: last.offset, epoch: last.epoch))
        case .position: break
        }
    }

    private func received(_ position: EventID, isProbe: Bool) {
        let meaning = self.history.take(position)
        guard isProbe else { return }
        self.probe.arrived()
        guard meaning != .stale, !self.isMendingHole else { return }
        self.history.delegate?.busReached(position)
    }

    /// A message that can't be read may be an event that is missed: all topics are to be read again. A moment later, so
    /// that a flood of such messages does not become a flood of reads.
    private func mendHole() {
        guard !self.isMendingHole else { return }
        self.isMendingHole = true
        self.history.delegate?.busLostSubscriptions()
        self.settings.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount.milliseconds(200).jittered) {
            self.isMendingHole = false
            for (channel, topic) in self.topics where self.subscriptions.isAcknowledged(channel) {
                self.history.delegate?.busSubscribed(topic)
            }
        }
    }
}
