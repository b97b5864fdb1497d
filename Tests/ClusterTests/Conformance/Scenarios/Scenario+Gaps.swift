import HubClient
import Testing

extension Scenario {
    static let gaps = [
        Scenario(name: "what is no cursor is answered with a reset, and the oldest that there is", play: Self.unknown),
        Scenario(name: "a cursor that the replay buffer has left behind is trimmed", play: Self.trimmed),
        Scenario(name: "a topic that is deleted goes on, and an older cursor is trimmed", play: Self.deleted),
    ]

    private static func unknown(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("unknown")
        let ids = try await stage.publish(["1", "2"], to: topic)
        for bad in ["what", "0", "a b\"<>", "66107e3de3d5014e-zz"] {
            try await stage.listen(to: topic, from: .cursor(bad)) { listener in
                try await listener.waitForEvents(2)
                #expect(listener.events.map(\.id) == ids)
                #expect(listener.resets.map(\.reason) == ["unknown"])
                #expect(listener.resets.first?.requested == bad && listener.resets.first?.topic == topic)
                #expect(listener.resets.first?.oldest == ids.first && listener.resets.first?.latest == ids.last)
            }
        }
    }

    private static func trimmed(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("trimmed")
        let texts = (0..<ConformanceStage.replayCount + 10).map { "\($0)" }
        let ids = try await stage.publish(texts, to: topic)
        var cursor = ""
        try await stage.listen(to: topic, from: .cursor(ids[0])) { listener in
            try await listener.waitForEvents(ConformanceStage.replayCount)
            #expect(listener.events.map(\.id) == Array(ids.suffix(ConformanceStage.replayCount)))
            #expect(listener.resets.map(\.reason) == ["trimmed"] && listener.resets.first?.requested == ids[0])
            cursor = try #require(listener.cursor)
        }
        // Whoever has been told once is not told again.
        try await stage.listen(to: topic, from: .cursor(cursor)) { listener in
            let more = try await stage.publish(["more"], to: topic)
            try await listener.waitForEvents(1)
            #expect(listener.events.map(\.id) == more && listener.resets.isEmpty)
        }
    }

    private static func deleted(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("deleted")
        let old = try await stage.publish(["1", "2", "3"], to: topic)
        try await stage.listen(to: topic, from: .earliest) { listener in
            try await listener.waitForEvents(3)
            try await stage.client.delete(topic: topic)
            let new = try await stage.publish(["4"], to: topic)
            try await listener.waitForEvents(4)
            #expect(listener.events.map(\.id) == old + new)
            #expect(try #require(new.first) > old[2])
        }
        try await stage.listen(to: topic, from: .cursor(old[0])) { listener in
            try await listener.waitForEvents(1)
            #expect(listener.data == ["4"] && listener.resets.map(\.reason) == ["trimmed"])
        }
    }
}
