import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubRedis

@Suite struct PublishingTests {
    @Test func aPublishedEventIsInTheLogAndArrives() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news/élan {x}")
                try await member.subscribe(topic)
                let publication = try Publication(
                    topics: [topic], name: EventName("näme"), data: EventData("a\r\nb"),
                    retry: RetryHint(milliseconds: 0))
                let published = try await member.bus.publish([publication]).get()
                let page = try await member.tail(topic)
                #expect(page.entries.map(\.id) == published.map(\.id))
                #expect(page.entries[0].name == "näme")
                #expect(page.entries[0].data.text == "a\nb")
                #expect(page.entries[0].retry == 0)
                #expect(page.entries[0].previous == page.floor)
                try await eventually("the event arrives") { member.recorder.events.count == 1 }
                #expect(member.recorder.events[0].id == published[0].id)
                #expect(member.recorder.events[0].previous == page.floor)
                try await eventually("the end of the batch is told") { member.recorder.all.contains(.receivedAll) }
            }
        }
    }

    @Test(arguments: [(count: 10, age: TimeAmount.hours(1)), (1_000, .hours(1)), (2_000, .hours(1))])
    func generatedPublicationsKeepTheirPromises(count: Int, age: TimeAmount) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayCount: count, replayAge: age) { member in
                var generated = try GeneratedPublications()
                for topic in generated.topics { try await member.subscribe(topic) }
                for _ in 0..<150 {
                    let batch = try generated.batch()
                    generated.check(try await member.bus.publish(batch).get(), of: batch)
                }
                for topic in generated.topics {
                    let expected = generated.log(of: topic)
                    let page = try await member.tail(topic, limit: 5_000)
                    #expect(page.entries.count <= (count > 1_000 ? count + 100 : count))
                    #expect(page.entries.count >= min(count, expected.count))
                    #expect(page.entries.map(\.id) == expected.suffix(page.entries.count).map(\.id))
                    #expect(page.last == expected.last?.id.offset)
                    #expect(!page.hasMore)
                }
                try await eventually("all events arrive") { member.recorder.events.count == generated.entryCount }
                generated.checkOrder(of: member.recorder.events)
            }
        }
    }

    @Test func eventsAreTrimmedByAge() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(1_500)) { member in
                let topic = try Topic("news")
                let first = try await member.publish(topic, "old")
                try await eventually("the first event is trimmed, and newer ones are not") {
                    try await member.publish(topic, "new")
                    let page = try await member.tail(topic, limit: 5_000)
                    guard let kept = page.entries.first, kept.id != first else { return false }
                    #expect(kept.previous >= first.offset)
                    #expect(kept.offset.milliseconds + 1_500 >= page.clock.milliseconds)
                    return true
                }
            }
        }
    }

    @Test func aRepeatedKeyPublishesNothing() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let key = try IdempotencyKey("k1")
                let publication = try Publication(topics: [topic], data: EventData("x"), key: key)
                let other = try Publication(topics: [topic], data: EventData("y"))
                let batch = try await member.bus.publish([publication, other, publication]).get()
                #expect(batch.map(\.isRepeat) == [false, false, true])
                #expect(batch[0].id == batch[2].id)
                let again = try await member.bus.publish([publication]).get()
                #expect(again == [PublishedEvent(id: batch[0].id, topics: [topic], isRepeat: true)])
                #expect(try await member.tail(topic).entries.count == 2)
                let lifetime = try #require(Int(try redis.cli("PTTL", "hub:{0}:key:k1")))
                #expect((300_000...600_000).contains(lifetime))
            }
        }
    }

    @Test func nothingIsDoneWhenTheServerIsOutOfMemory() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.publish(topic, "before")
                let before = try await member.tail(topic)
                try redis.cli("CONFIG", "SET", "maxmemory", "1")
                let publications = try (0..<3).map { index in
                    let topics = try [topic, Topic("t\(index)")]
                    return try Publication(topics: topics, data: EventData("x"), key: IdempotencyKey("k"))
                }
                let error = await #expect(throws: BusError.self) {
                    try await member.bus.publish(publications).get()
                }
                #expect(error?.isUnavailable == true)
                #expect(try redis.cli("KEYS", "*t0*").isEmpty)
                #expect(try redis.cli("EXISTS", "hub:{0}:key:k") == "0")
                let after = try await member.tail(topic)
                #expect(after.clock == before.clock)
                #expect(after.entries.count == 1)
                try await eventually("the bus is not ready") { member.bus.status != .ready }
                try redis.cli("CONFIG", "SET", "maxmemory", "0")
                try await member.ready()
                try await member.publish(topic, "after")
            }
        }
    }

    @Test func requestsThatComeTogetherLeaveTogether() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try redis.cli("CONFIG", "RESETSTAT")
                let answers = try (0..<200).map { number in
                    let topics = try [Topic("t\(number)"), Topic("all")]
                    let publications = try (0..<(1 + number % 3)).map {
                        try Publication(topics: topics, data: EventData("\($0)"))
                    }
                    return (topics, member.bus.publish(publications))
                }
                var last = Offset.zero
                for (number, answer) in answers.enumerated() {
                    let events = try await answer.1.get()
                    #expect(events.count == 1 + number % 3)
                    for event in events {
                        #expect(event.topics == answer.0 && event.id.offset > last)
                        last = event.id.offset
                    }
                }
                let calls = try redis.cli("INFO", "commandstats").firstMatch(of: /evalsha:calls=(\d+)/)
                #expect(try #require(calls.flatMap { Int($0.1) }) < 100)
            }
        }
    }

    @Test func aBatchHasItsLimits() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let one = try Publication(topics: [topic], data: EventData("x"))
                #expect(try await member.bus.publish([]).get().isEmpty)
                let many = try await member.bus.publish(Array(repeating: one, count: 1_000)).get()
                #expect(Set(many.map(\.id)).count == 1_000)
                await #expect(throws: BusError.self) {
                    try await member.bus.publish(Array(repeating: one, count: 1_001)).get()
                }
            }
        }
    }

    @Test func aStepIsBoundedOverItsTopicsAndItsBytes() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topics = try (0..<100).map { try Topic("t\($0)") }
                let text = EventData(String(repeating: "x", count: 1 << 20))
                for publications in [
                    Array(repeating: try Publication(topics: topics, data: EventData("x")), count: 11),
                    [try Publication(topics: topics, data: text)],
                ] {
                    await #expect(throws: BusError.self) { try await member.bus.publish(publications).get() }
                }
                #expect(try redis.cli("KEYS", "hub:{0}:log:*").isEmpty)
                #expect(throws: InvalidEvent.self) {
                    try Publication(topics: [topics[0]], data: EventData(String(repeating: "x", count: 1 + 32 << 20)))
                }
                let largest = try Publication(
                    topics: [topics[0]], data: EventData(String(repeating: "x", count: 32 << 20)))
                let id = try await member.bus.publish([largest]).get()[0].id
                let page = try await member.tail(topics[0])
                #expect(page.entries.map(\.id) == [id] && page.entries[0].data == largest.data)
            }
        }
    }

    @Test func requestsThatWaitTogetherAreOneStepOnlyWithinItsBounds() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try redis.cli("CONFIG", "RESETSTAT")
                let small = try Publication(topics: [topic], data: EventData("x"))
                let many = Array(repeating: small, count: 990)
                let answers = (0..<20).map { index in member.bus.publish(index % 2 == 0 ? [small] : many) }
                var ids: [EventID] = []
                for answer in answers { ids += try await answer.get().map(\.id) }
                #expect(zip(ids, ids.dropFirst()).allSatisfy { $0.offset < $1.offset })
                #expect(ids.count == 10 * 991)
            }
        }
    }

    @Test func aClockThatWasPutBackDoesNotLetAKeyLiveOn() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let first = try await member.publish(topic, "x", key: "k")
                #expect(try await member.publish(topic, "x", key: "k") == first)
                // The server's clock was an hour ahead for a while.
                try redis.cli("HSET", "hub:{0}:state", "ms", "\(first.offset.milliseconds + 3_600_000)")
                let second = try await member.publish(topic, "x", key: "k")
                #expect(second.offset > first.offset)
                #expect(try await member.publish(topic, "x", key: "k") == second, "stamped since, it counts")
                let left = try redis.cli("PTTL", "hub:{0}:key:k")
                #expect(try #require(Int(left)) <= 600_000)
            }
        }
    }
}
