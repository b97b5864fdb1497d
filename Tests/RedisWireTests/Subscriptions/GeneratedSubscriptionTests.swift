import TestSupport
import Testing

@testable import RedisWire

/// The machine against a model of Redis: changes of mind, delays and messages in any order.
@Suite struct GeneratedSubscriptionTests {
    @Test(arguments: 0..<40 as Range<UInt64>) func whatIsSubscribedIsDeliveredAndNothingElse(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var run = Run()
        for _ in 0..<500 {
            let channel = UInt8.random(in: 0..<3, using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: run.change(channel, isSubscribe: true)
            case 1: run.change(channel, isSubscribe: false)
            case 2...4: run.redis.answer()
            case 5...6: run.redis.publish(channel)
            default: try run.receive()
            }
        }
        while !run.redis.requests.isEmpty { run.redis.answer() }
        while !run.redis.output.isEmpty { try run.receive() }
        #expect(run.live == Set(run.wanted.keys), "in the end all that is wanted is live")
    }
}

/// What Redis does: it answers requests in order, and sends messages of what is subscribed at that moment.
private struct ModelOfRedis {
    enum Output {
        case answer(Request)
        case message(channel: UInt8, number: Int)
    }

    struct Request {
        let channel: UInt8
        let isSubscribe: Bool
        let number: Int
    }

    var requests: [Request] = []
    var output: [Output] = []
    private var subscribed: Set<UInt8> = []
    private var published = 0

    mutating func answer() {
        guard !self.requests.isEmpty else { return }
        let request = self.requests.removeFirst()
        if request.isSubscribe {
            self.subscribed.insert(request.channel)
        } else {
            self.subscribed.remove(request.channel)
        }
        self.output.append(.answer(request))
    }

    mutating func publish(_ channel: UInt8) {
        self.published += 1
        guard self.subscribed.contains(channel) else { return }
        self.output.append(.message(channel: channel, number: self.published))
    }
}

/// The machine, with what its user did and was told.
private struct Run {
    var machine = SubscriptionStateMachine()
    var redis = ModelOfRedis()
    /// The channels that the user wants, with the number of the request.
    var wanted: [UInt8: Int] = [:]
    /// The channels whose subscription the user was told of, and did not revoke since.
    var live: Set<UInt8> = []
    private var lastRequest: [UInt8: Int] = [:]
    private var requests = 0

    mutating func change(_ channel: UInt8, isSubscribe: Bool) {
        let isChange = isSubscribe == (self.wanted[channel] == nil)
        let asks = isSubscribe ? self.machine.subscribe([channel]) : self.machine.unsubscribe([channel])
        #expect(asks == isChange)
        guard isChange else { return }
        self.requests += 1
        self.wanted[channel] = isSubscribe ? self.requests : nil
        self.lastRequest[channel] = self.requests
        self.live.remove(channel)
        self.redis.requests.append(.init(channel: channel, isSubscribe: isSubscribe, number: self.requests))
    }

    mutating func receive() throws {
        guard !self.redis.output.isEmpty else { return }
        switch self.redis.output.removeFirst() {
        case .message(let channel, let number):
            let text = Array(String(number).utf8)
            let event = try self.machine.receive(.array([Self.word("message"), .bulk([channel]), .bulk(text)]))
            #expect(event == (self.live.contains(channel) ? .message(text, on: [channel]) : .nothing))
        case .answer(let request):
            let kind = request.isSubscribe ? "subscribe" : "unsubscribe"
            let event = try self.machine.receive(.array([Self.word(kind), .bulk([request.channel]), .integer(0)]))
            self.check(event, answers: request)
        }
    }

    /// Only the answer to a channel's last request means something to the user.
    private mutating func check(_ event: SubscriptionStateMachine.Event, answers request: ModelOfRedis.Request) {
        guard self.lastRequest[request.channel] == request.number else {
            #expect(event == .nothing)
            return
        }
        #expect(event == (request.isSubscribe ? .subscribed([request.channel]) : .unsubscribed([request.channel])))
        if request.isSubscribe { self.live.insert(request.channel) }
    }

    private static func word(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }
}
