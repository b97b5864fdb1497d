import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HubCore

/// Another server takes over while streams are open.
@Suite struct ReignChangeTests {
    /// A member with one loop, and streams of two topics.
    private struct Member {
        let server = SimulatedServer(retained: 100)
        let bus: SimulatedBus
        let loop = EmbeddedEventLoop()
        let hub: Hub
        let shard: Shard

        init() throws {
            self.bus = SimulatedBus(server: self.server)
            self.server.members.append(self.bus)
            self.hub = Hub(bus: self.bus, loops: [self.loop], logger: Logger(label: "test"))
            self.shard = try #require(self.hub.shard(on: self.loop))
            self.hub.start()
            self.settle()
        }

        func join(_ topic: String) throws -> StubOutlet {
            let outlet = StubOutlet()
            _ = self.shard.join(topics: [try Topic(topic)], start: .latest, outlet: outlet)
            self.settle()
            return outlet
        }

        /// Lets everything arrive and be answered.
        func settle() {
            for _ in 0..<20 {
                self.server.now += 1
                self.bus.loop.advanceTime(by: .milliseconds(300))
                self.bus.deliver(.max)
                self.bus.carryOutRead()
                self.bus.answerRead(failing: false)
                self.bus.connect()
                self.loop.advanceTime(by: .milliseconds(300))
            }
        }
    }

    @Test func whatAnOldPrimaryGaveIsToldBeforeAnythingOfTheNewOneIsDelivered() throws {
        let member = try Member()
        let (told, other) = (try member.join("a"), try member.join("b"))
        for topic in ["a", "b"] { member.server.publish(try Sample.publication(topic)) }
        member.settle()
        member.server.takeOver(lacking: false)
        member.server.publishToOld(try Sample.publication("a"))
        member.server.publish(try Sample.publication("a"))
        member.settle()
        #expect(told.delivered == 2 && told.resets.isEmpty)
        // The old primary becomes a replica of the new one, whose messages come over the connection that there is.
        member.bus.isWithOldPrimary = false
        member.server.publish(try Sample.publication("b"))
        member.settle()
        #expect(told.resets.map(\.reason) == [.lost] && told.delivered == 4, "all that there is, once more")
        #expect(other.resets.isEmpty && other.delivered == 2)
    }

    @Test func whatComesFromAnotherServerThanIsReadIsNotDelivered() throws {
        let member = try Member()
        let (stream, other) = (try member.join("a"), try member.join("b"))
        member.server.publish(try Sample.publication("a"))
        member.settle()
        let event = Event(
            id: EventID(
                epoch: member.server.log.epoch,
                offset: try #require(Offset(milliseconds: member.server.now + 5, sequence: 7 << Offset.countBits))),
            topic: try Topic("b"), previous: .zero, name: nil, data: EventData(""), retry: nil)
        member.bus.broadcast([.changed(.appended(event))])
        member.settle()
        #expect(other.delivered == 0 && stream.resets.isEmpty && other.resets.isEmpty)
        member.server.publish(try Sample.publication("b"))
        member.settle()
        #expect(other.delivered == 1 && member.server.log.epoch == event.id.epoch, "the connections were made anew")
    }

    @Test func aStreamThatWasSentNothingOfWhatIsLostGoesOn() throws {
        let member = try Member()
        let (told, quiet) = (try member.join("a"), try member.join("b"))
        member.server.publish(try Sample.publication("b"))
        member.settle()
        member.server.takeOver(lacking: false)
        member.server.publishToOld(try Sample.publication("a"))
        member.bus.probe()
        member.settle()
        member.server.publish(try Sample.publication("b"))
        member.server.endOld()
        member.settle()
        #expect(quiet.resets.isEmpty && quiet.delivered == 2)
        #expect(told.resets.map(\.reason) == [.lost])
    }
}
