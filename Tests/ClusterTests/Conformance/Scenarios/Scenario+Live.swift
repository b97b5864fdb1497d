import HubClient
import Testing

extension Scenario {
    static let live = [
        Scenario(name: "live events come in order, with all that they have", play: Self.liveEvents),
        Scenario(name: "a topic that does not exist yet", play: Self.newTopic),
        Scenario(name: "topics are merged in the order of ids, and an event of two comes once", play: Self.merge),
        Scenario(name: "a burst comes whole", play: Self.burst),
    ]

    private static let payloads = [
        "plain", "", "\n", "a\nb\n\nc\n", " leading", ":colon", "data: x", "é 日本語 👩‍👩‍👧 \u{10FFFF}", "\u{FEFF}bom",
        "\u{2028}\u{2029}\u{85}\u{7F}\t\u{1}", "</script><!--<script>]]>", #""quoted\" \u0041"#, "{\"a\":[1,null]}",
    ]

    private static func liveEvents(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("tópico/&?=+%")
        try await stage.publish(["before"], to: topic)
        try await stage.listen(to: topic, from: .latest) { listener in
            var ids: [String] = []
            for (number, payload) in Self.payloads.enumerated() {
                let publication = Publication(
                    topic: topic, data: payload, event: number % 2 == 0 ? nil : "näme \(number)",
                    retry: number % 3 == 0 ? 1000 + number : nil)
                ids.append(try await stage.client.publish(publication)[0].id)
            }
            try await listener.waitForEvents(ids.count)
            let events = listener.events
            #expect(events.map(\.id) == ids)
            for (number, (event, payload)) in zip(events, Self.payloads).enumerated() {
                #expect(event.data.utf8.elementsEqual(payload.utf8), "\(event.data.debugDescription)")
                #expect(event.event == (number % 2 == 0 ? nil : "näme \(number)"))
                #expect(event.retry == (number % 3 == 0 ? 1000 + number : nil))
                #expect(event.topic == nil || event.topic == topic)
            }
            #expect(listener.resets.isEmpty)
        }
    }

    private static func newTopic(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("new")
        try await stage.listen(to: topic, from: .latest) { listener in
            let ids = try await stage.publish(["first"], to: topic)
            try await listener.waitForEvents(1)
            #expect(listener.events.map(\.id) == ids && listener.resets.isEmpty)
        }
    }

    private static func merge(_ stage: ConformanceStage) async throws {
        let (a, b) = (stage.topic("a"), stage.topic("b"))
        var ids = try await stage.publish(["1"], to: a) + stage.publish(["2"], to: b)
        try await stage.listen(to: b, a, from: .earliest) { listener in
            for number in 0..<5 {
                ids += try await stage.publish(["a\(number)"], to: a)
                ids += try await stage.publish(["b\(number)"], to: b)
                ids += try await stage.publish(["both\(number)"], to: a, b)
            }
            try await listener.waitForEvents(ids.count)
            #expect(listener.events.map(\.id) == ids && listener.resets.isEmpty)
        }
    }

    private static func burst(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("burst")
        try await stage.listen(to: topic, from: .latest) { listener in
            let texts = (0..<ConformanceStage.replayCount).map { "\($0)" }
            let ids = try await stage.client.publish(batch: texts.map { Publication(topic: topic, data: $0) }).map(\.id)
            try await listener.waitForEvents(ids.count)
            #expect(listener.events.map(\.id) == ids && listener.data == texts && listener.resets.isEmpty)
        }
    }
}
