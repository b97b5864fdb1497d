import Foundation
import HubClient
import Testing

extension Scenario {
    static let replay = [
        Scenario(name: "from the earliest, the replay buffer comes, and then what is live", play: Self.earliest),
        Scenario(name: "since a while ago", play: Self.since),
        Scenario(name: "a client that comes back goes on where it was, after each event", play: Self.resume),
        Scenario(name: "a client that left before the first event misses nothing", play: Self.resumeFromTheBeginning),
    ]

    private static func earliest(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("earliest")
        var ids = try await stage.publish(["1", "2", "3"], to: topic)
        try await stage.listen(to: topic, from: .earliest) { listener in
            try await listener.waitForEvents(3)
            ids += try await stage.publish(["4"], to: topic)
            try await listener.waitForEvents(4)
            #expect(listener.events.map(\.id) == ids && listener.resets.isEmpty)
        }
    }

    private static func since(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("since")
        try await stage.publish(["before"], to: topic)
        let then = Date.now.addingTimeInterval(0.002)
        try await waitUntil("the clock has moved on") { Date.now > then.addingTimeInterval(0.002) }
        let ids = try await stage.publish(["1", "2"], to: topic)
        let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(then)
        try await stage.listen(to: topic, from: .since(time)) { listener in
            try await listener.waitForEvents(2)
            #expect(listener.events.map(\.id) == ids && listener.resets.isEmpty)
        }
        try await stage.listen(to: topic, from: .since("2999-01-01T00:00:00Z")) { listener in
            let later = try await stage.publish(["3"], to: topic)
            try await listener.waitForEvents(1)
            #expect(listener.events.map(\.id) == later && listener.resets.isEmpty)
        }
    }

    private static func resume(_ stage: ConformanceStage) async throws {
        let (a, b) = (stage.topic("a"), stage.topic("b"))
        var ids: [String] = []
        for number in 0..<6 { ids += try await stage.publish(["\(number)"], to: number % 2 == 0 ? a : b) }
        for (index, id) in ids.enumerated() {
            try await stage.listen(to: a, b, from: .cursor(id)) { listener in
                ids += try await stage.publish(["more"], to: a)
                let expected = Array(ids[(index + 1)...])
                try await listener.waitForEvents(expected.count)
                #expect(listener.events.map(\.id) == expected && listener.resets.isEmpty)
                #expect(listener.cursor == ids.last)
            }
        }
    }

    private static func resumeFromTheBeginning(_ stage: ConformanceStage) async throws {
        let topic = stage.topic("beginning")
        try await stage.publish(["before"], to: topic)
        var cursor = ""
        try await stage.listen(to: topic, from: .latest) { listener in
            try await listener.waitForCursor()
            cursor = try #require(listener.cursor)
        }
        let ids = try await stage.publish(["while away"], to: topic)
        try await stage.listen(to: topic, from: .cursor(cursor)) { listener in
            try await listener.waitForEvents(1)
            #expect(listener.events.map(\.id) == ids && listener.resets.isEmpty)
        }
    }
}
