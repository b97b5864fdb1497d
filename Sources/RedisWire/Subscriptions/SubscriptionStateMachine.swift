import DequeModule

/// Which channels are wanted, and what Redis has acknowledged of it. A value, without I/O.
///
/// Redis answers commands in order, so each acknowledgement belongs to the oldest command that waits for one. A channel
/// counts as subscribed when its *last* command, a SUBSCRIBE, is acknowledged: the acknowledgement of an earlier one that
/// was revoked meanwhile is never taken for the new one's.
struct SubscriptionStateMachine {
    /// What Redis was asked and has not answered yet.
    private enum Request: Equatable {
        case subscribe([UInt8])
        case unsubscribe([UInt8])
        case ping
    }

    /// What a reply means.
    enum Event: Equatable {
        case message([UInt8], on: [UInt8])
        /// A message that was too long to be kept.
        case passedOver(on: [UInt8])
        case subscribed([UInt8])
        case unsubscribed([UInt8])
        case nothing
    }

    private struct Channel {
        var isWanted: Bool
        var unansweredRequests: Int

        var isSubscribed: Bool { self.isWanted && self.unansweredRequests == 0 }
    }

    private static let pongWord = Array("pong".utf8)

    private let words: ChannelKind.Words
    private var channels: [[UInt8]: Channel] = [:]
    private var requests: Deque<Request> = []
    private var unansweredChanges = 0

    init(_ kind: ChannelKind = .plain) {
        self.words = kind.words
    }

    /// How many commands wait for their answer.
    var requestCount: Int { self.requests.count }

    /// Wants a channel.
    /// - Returns: Whether to send SUBSCRIBE.
    mutating func subscribe(_ channel: [UInt8]) -> Bool {
        self.want(true, channel, .subscribe(channel))
    }

    /// Wants a channel no more.
    /// - Returns: Whether to send UNSUBSCRIBE.
    mutating func unsubscribe(_ channel: [UInt8]) -> Bool {
        self.want(false, channel, .unsubscribe(channel))
    }

    /// A PING is sent.
    mutating func ping() {
        self.requests.append(.ping)
    }

    /// Takes a reply.
    /// - Throws: `RedisError` for one that makes the connection unusable.
    mutating func receive(_ reply: RESPValue) throws(RedisError) -> Event {
        switch reply {
        case .array(let parts):
            return try self.receive(parts)
        case .simple("PONG"):
            try self.answer(.ping)
            return .nothing
        case .error(let message):
            // Whatever the user's rules say of PING, its answer is a sign of life.
            guard self.requests.popFirst() == .ping else { throw .server(message) }
            return .nothing
        case .simple, .integer, .bulk, .null:
            throw Self.unexpected
        }
    }

    private mutating func receive(_ parts: [RESPValue]) throws(RedisError) -> Event {
        guard case .bulk(let kind)? = parts.first else { throw Self.unexpected }
        if kind == Self.pongWord {
            try self.answer(.ping)
            return .nothing
        }
        guard parts.count == 3, case .bulk(let channel) = parts[1] else { throw Self.unexpected }
        switch kind {
        case self.words.message:
            guard case .bulk(let message) = parts[2] else {
                guard parts[2].isNull else { throw Self.unexpected }
                return self.isDelivered(channel) ? .passedOver(on: channel) : .nothing
            }
            return self.isDelivered(channel) ? .message(message, on: channel) : .nothing
        case self.words.subscribe:
            try self.answer(.subscribe(channel))
            return self.settle(channel)
        case self.words.unsubscribe:
            guard self.requests.first == .unsubscribe(channel) || kind == ChannelKind.Words.plain.unsubscribe else {
                throw .closed("the server has handed the channels over to another")
            }
            try self.answer(.unsubscribe(channel))
            return self.settle(channel)
        default:
            throw Self.unexpected
        }
    }
}

extension SubscriptionStateMachine {
    private static let unexpected = RedisError.protocolViolation("a reply came that is no answer to a subscription")

    private mutating func want(_ isWanted: Bool, _ channel: [UInt8], _ request: Request) -> Bool {
        var state = self.channels[channel] ?? Channel(isWanted: false, unansweredRequests: 0)
        guard state.isWanted != isWanted else { return false }
        state.isWanted = isWanted
        state.unansweredRequests += 1
        self.channels[channel] = state
        self.requests.append(request)
        self.unansweredChanges += 1
        return true
    }

    private mutating func answer(_ request: Request) throws(RedisError) {
        guard self.requests.popFirst() == request else { throw Self.unexpected }
    }

    /// A change of the channel is acknowledged; what it means if it was the last.
    private mutating func settle(_ channel: [UInt8]) -> Event {
        self.unansweredChanges -= 1
        guard var state = self.channels[channel] else { return .nothing }
        state.unansweredRequests -= 1
        self.channels[channel] = state
        guard state.unansweredRequests == 0 else { return .nothing }
        guard !state.isWanted else { return .subscribed(channel) }
        self.channels[channel] = nil
        return .unsubscribed(channel)
    }

    /// While no change waits for its acknowledgement, Redis sends messages of subscribed channels only, and nothing has to
    /// be looked up.
    private func isDelivered(_ channel: [UInt8]) -> Bool {
        self.unansweredChanges == 0 || self.channels[channel]?.isSubscribed == true
    }
}
