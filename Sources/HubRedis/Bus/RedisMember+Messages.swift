import HubCore
import Logging
import NIOCore
import RedisWire

/// What comes over the subscriptions.
extension RedisMember {
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

    func subscribed(_ channel: [UInt8]) {
        if channel == self.probeChannel {
            self.note(.notSubscribed, nil)
            self.probes.arrived()
            self.sendProbe()
        } else if let topic = self.topics[channel] {
            self.delegate?.busSubscribed(topic)
        }
    }

    func received(_ bytes: [UInt8], on channel: [UInt8]) {
        do {
            let message = try ChannelMessage(bytes)
            if let topic = self.topics[channel] {
                self.received(message, on: topic)
            } else if case .place(let place) = message {
                self.received(place, isProbe: channel == self.probeChannel)
            }
        } catch {
            self.logger.error("a message of Redis is malformed", metadata: ["message": "\(error)"])
            self.mendHole()
        }
    }

    /// A message was larger than any event may be. So is the event in the log: its topic goes on after it, with a reset.
    func passedOver(on channel: [UInt8]) {
        self.logger.warning("a message of Redis is larger than an event may be, and is passed over")
        self.mendHole()
    }

    private func received(_ message: ChannelMessage, on topic: Topic) {
        switch message {
        case .event(let message):
            guard self.note(message.id) != .stale else { return }
            let event = Event(
                id: message.id, topic: topic, previous: message.previous, name: message.name, data: message.data,
                retry: message.retry)
            self.delegate?.busReceived(.appended(event))
        case .deleted(let last):
            guard self.note(last) != .stale else { return }
            self.delegate?.busReceived(.deleted(topic, last: last.offset, epoch: last.epoch))
        case .retired(let last):
            guard self.note(last) != .stale else { return }
            self.delegate?.busReceived(.retired(topic, last: last.offset, epoch: last.epoch))
        case .place: break
        }
    }

    private func received(_ place: EventID, isProbe: Bool) {
        let meaning = self.note(place)
        guard isProbe else { return }
        self.probes.arrived()
        guard meaning != .stale, !self.isMendingHole else { return }
        self.delegate?.busReached(place)
    }

    /// A message that can't be read may be an event that is missed: all topics are to be read again. A moment later, so
    /// that a flood of such messages does not become a flood of reads.
    private func mendHole() {
        guard !self.isMendingHole else { return }
        self.isMendingHole = true
        self.delegate?.busLostSubscriptions()
        self.settings.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount.milliseconds(200).jittered) {
            self.isMendingHole = false
            for (channel, topic) in self.topics where self.subscriptions.isAcknowledged(channel) {
                self.delegate?.busSubscribed(topic)
            }
        }
    }
}
