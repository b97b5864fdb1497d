import Testing

@testable import RedisWire

@Suite struct SubscriptionStateMachineTests {
    private let news = Array("news".utf8)

    private func acknowledgement(_ kind: String, _ channel: [UInt8]) -> RESPValue {
        .array([.bulk(Array(kind.utf8)), .bulk(channel), .integer(1)])
    }

    private func message(_ text: String) -> RESPValue {
        .array([.bulk(Array("message".utf8)), .bulk(self.news), .bulk(Array(text.utf8))])
    }

    @Test func aChannelIsAskedForOnce() throws {
        var machine = SubscriptionStateMachine()
        let asks = [machine.subscribe(self.news), machine.subscribe(self.news), machine.unsubscribe([1])]
        #expect(asks == [true, false, false])
        #expect(try machine.receive(self.acknowledgement("subscribe", self.news)) == .subscribed(self.news))
        let asksAgain = machine.subscribe(self.news)
        #expect(!asksAgain)
    }

    @Test func aStaleAcknowledgementIsNotTheNewSubscriptions() throws {
        var machine = SubscriptionStateMachine()
        let asks = [machine.subscribe(self.news), machine.unsubscribe(self.news), machine.subscribe(self.news)]
        #expect(asks == [true, true, true])
        #expect(try machine.receive(self.acknowledgement("subscribe", self.news)) == .nothing)
        #expect(try machine.receive(self.message("of the first subscription")) == .nothing)
        #expect(try machine.receive(self.acknowledgement("unsubscribe", self.news)) == .nothing)
        #expect(try machine.receive(self.acknowledgement("subscribe", self.news)) == .subscribed(self.news))
        #expect(try machine.receive(self.message("m")) == .message(Array("m".utf8), on: self.news))
    }

    @Test func aClusterThatTakesAChannelAwayUnaskedEndsTheConnection() throws {
        var machine = SubscriptionStateMachine(.sharded)
        _ = machine.subscribe(self.news)
        _ = machine.subscribe([1])
        #expect(try machine.receive(self.acknowledgement("ssubscribe", self.news)) == .subscribed(self.news))
        #expect(try machine.receive(self.acknowledgement("ssubscribe", [1])) == .subscribed([1]))
        _ = machine.unsubscribe([1])
        #expect(try machine.receive(self.acknowledgement("sunsubscribe", [1])) == .unsubscribed([1]))
        #expect(throws: RedisError.closed("the server has handed the channels over to another")) {
            try machine.receive(self.acknowledgement("sunsubscribe", self.news))
        }
    }

    @Test func theTwoKindsOfChannelsAreToldApart() {
        for (kind, word) in [(ChannelKind.plain, "ssubscribe"), (.sharded, "subscribe")] {
            var machine = SubscriptionStateMachine(kind)
            _ = machine.subscribe(self.news)
            #expect(throws: RedisError.self) { try machine.receive(self.acknowledgement(word, self.news)) }
        }
    }

    @Test func afterUnsubscribeNoMessageIsHandedOver() throws {
        var machine = SubscriptionStateMachine()
        _ = machine.subscribe(self.news)
        _ = try machine.receive(self.acknowledgement("subscribe", self.news))
        _ = machine.unsubscribe(self.news)
        #expect(try machine.receive(self.message("late")) == .nothing)
        #expect(try machine.receive(self.acknowledgement("unsubscribe", self.news)) == .unsubscribed(self.news))
    }

    @Test func pongsOfBothFormsAnswerPings() throws {
        var machine = SubscriptionStateMachine()
        machine.ping()
        #expect(try machine.receive(.simple("PONG")) == .nothing)
        _ = machine.subscribe(self.news)
        machine.ping()
        machine.ping()
        _ = try machine.receive(self.acknowledgement("subscribe", self.news))
        #expect(try machine.receive(.array([.bulk(Array("pong".utf8)), .bulk([])])) == .nothing)
        #expect(try machine.receive(.error("NOPERM ping")) == .nothing)
    }

    @Test func aRefusedSubscriptionIsAnError() {
        var machine = SubscriptionStateMachine()
        _ = machine.subscribe(self.news)
        #expect(throws: RedisError.server("NOPERM no")) { try machine.receive(.error("NOPERM no")) }
    }

    @Test(
        arguments: [
            .simple("OK"), .simple("PONG"), .integer(1), .null, .bulk([1]), .array([]), .array([.integer(1)]),
            .array([.bulk(Array("message".utf8))]), .array([.bulk(Array("message".utf8)), .null, .bulk([])]),
            .array([.bulk(Array("message".utf8)), .bulk([]), .integer(1)]),
            .array([.bulk(Array("pmessage".utf8)), .bulk([]), .bulk([])]),
            .array([.bulk(Array("subscribe".utf8)), .bulk([1]), .integer(1)]),
            .array([.bulk(Array("unsubscribe".utf8)), .bulk(Array("news".utf8)), .integer(1)]),
            .array([.bulk(Array("pong".utf8)), .bulk([])]),
        ] as [RESPValue]) func whatNobodyAskedForIsAViolation(reply: RESPValue)
    {
        var machine = SubscriptionStateMachine()
        _ = machine.subscribe(self.news)
        #expect(throws: RedisError.protocolViolation("a reply came that is no answer to a subscription")) {
            try machine.receive(reply)
        }
    }
}
