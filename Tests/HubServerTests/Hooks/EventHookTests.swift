import ByteStrings
import HubCore
import HubDoor
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import HubHooks
@testable import HubServer

/// An application is told which topics and subjects have streams.
@Suite(.timeLimit(.minutes(1)))
struct EventHookTests {
    /// What was told, in order: `type name`.
    private static func told(_ application: TestApplication) -> [String] {
        application.requests.flatMap { request in
            request.body.split(separator: "{\"type\":\"").dropFirst().map { text in
                text.split(separator: "\"").prefix(5).map(String.init).filter {
                    ![":", ",", "topic", "subject"].contains($0)
                }
                .joined(separator: " ")
            }
        }
    }

    @Test(arguments: [1, 2]) func theFirstStreamOfATopicAndTheLastAreTold(loops: Int) async throws {
        try await TestApplication.runTold({ _ in .init(status: .noContent) }) { application, hook in
            try await TestServer.run(
                loops: loops, occupancy: OccupancyLedger(),
                {
                    $0.eventHook = hook
                    $0.vacancyGrace = .milliseconds(100)
                }
            ) { server in
                try await server.connect { first in
                    first.send("GET", "/sse?topic=a&topic=b")
                    try await eventually("both are told") {
                        Set(Self.told(application)) == ["topic.occupied a", "topic.occupied b"]
                    }
                    try await server.connect { second in
                        second.send("GET", "/sse?topic=a")
                        try await second.wait("it begins") { text, _ in text.hasPrefix("HTTP/1.1 200") }
                    }
                }
                try await eventually("the end is told") { Self.told(application).count == 4 }
                #expect(Set(Self.told(application).suffix(2)) == ["topic.vacated a", "topic.vacated b"])
            }
        }
    }

    @Test func subjectsJoinAndLeave() async throws {
        let tokens = try await TestTokens()
        try await TestApplication.runTold({ _ in .init() }) { application, hook in
            try await TestServer.run(
                occupancy: OccupancyLedger(),
                {
                    $0.access = tokens.rules
                    $0.eventHook = hook
                    $0.vacancyGrace = .milliseconds(100)
                }
            ) { server in
                let token = try tokens.token(#""subscribe":["*"]"#, subject: "ada")
                try await server.connect { client in
                    client.send("GET", "/sse?topic=a", headers: ["Authorization: Bearer \(token)"])
                    try await eventually("it is told") { Self.told(application).contains("subject.joined ada") }
                }
                try await eventually("it is told") { Self.told(application).contains("subject.left ada") }
            }
        }
    }

    @Test func whatAnApplicationDoesNotTakeIsToldAgainUnderTheSameName() async throws {
        let failures = Mutex(2)
        try await TestApplication.runTold({ _ in
            let fails = failures.withLock { count in
                count -= 1
                return count >= 0
            }
            return .init(status: fails ? .internalServerError : .ok)
        }) { application, hook in
            hook.tell([HookEvent(.topic(try Topic("a")), isOccupied: true, time: 1_796_064_000_250)])
            try await eventually("it is told") { hook.counts.delivered == 1 }
            #expect(application.requests.count == 3 && hook.counts.waiting == 0)
            #expect(Set(application.requests.map { $0.headers["webhook-id"] }).count == 1)
            let body = #"{"member":"m1","events":[{"type":"topic.occupied","topic":"a","time":1796064000.25}]}"#
            #expect(application.requests.allSatisfy { $0.body == body })
        }
    }

    @Test func theOldestAreDroppedAndCountedWhenTooManyWait() throws {
        var backlog = EventBacklog()
        let event = HookEvent(.topic(try Topic("a")), isOccupied: true, time: 1)
        backlog.append([HookEvent](repeating: event, count: 10_050))
        #expect(backlog.count == 10_000 && backlog.droppedCount == 50)
        #expect(backlog.begin(id: "x")?.events.count == 100)
        #expect(backlog.begin(id: "y") == nil, "one after the other")
        backlog.append([event])
        #expect(backlog.count == 10_000 && backlog.droppedCount == 51)
        #expect(backlog.fail()?.0.id == "x")
        backlog.succeed()
        #expect(backlog.count == 9_900 && backlog.deliveredCount == 100)
    }

    @Test func aSignOfLifeTellsNothingElse() async throws {
        try await TestApplication.runTold({ _ in .init() }) { application, hook in
            hook.beat()
            try await eventually("it comes") { application.requests.count == 1 }
            #expect(application.requests.first?.body == #"{"member":"m1","events":[]}"#)
            await hook.finish()
        }
    }

    @Test func onlyWhatLastsIsTold() throws {
        let topic = Occupant.topic(try Topic("a"))
        var tally = OccupancyTally(grace: .seconds(5))
        #expect(tally.change(topic, since: nil, now: 900) == nil, "it came and went between two looks")
        #expect(tally.change(topic, since: 1000, now: 1001) == HookEvent(topic, isOccupied: true, time: 1000))
        #expect(tally.change(topic, since: nil, now: 2000) == nil)
        #expect(tally.vacate(now: 6999, isLast: false).isEmpty)
        #expect(tally.change(topic, since: 6999, now: 6999) == nil, "it came back in time")
        #expect(tally.vacate(now: 9000, isLast: false).isEmpty)
        #expect(tally.change(topic, since: nil, now: 10_000) == nil)
        #expect(tally.vacate(now: 15_000, isLast: false) == [HookEvent(topic, isOccupied: false, time: 10_000)])
        #expect(tally.change(topic, since: 16_000, now: 16_000) != nil)
        #expect(tally.change(topic, since: nil, now: 17_000) == nil)
        #expect(tally.vacate(now: 17_001, isLast: true) == [HookEvent(topic, isOccupied: false, time: 17_000)])
    }
}
