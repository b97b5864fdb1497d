import ByteStrings
import HTTPWire
public import HubCore
import HubDoor
import HubTransports
import NIOCore
public import ServiceLifecycle

/// Publishes the time once a second on the topic `clock`, for the demo page.
///
/// Each event is `{"clock":…,"sequence":…,"time":…}`: who published it, the how manieth of its events it is, and when, in
/// milliseconds since 1970. By the sequence a reader can tell that it missed nothing. The members of a cluster share a key
/// for each second, so that one of them publishes and the others see that it is done.
public struct DemoClock: Service, CustomStringConvertible {
    private let session: Session
    private let topic: Topic

    /// Makes a clock.
    /// - Parameter hub: Where it publishes.
    public init(hub: Hub) throws {
        self.session = Door(hub).session(.hub)
        self.topic = try Topic("clock")
    }

    public var description: String { "demo clock" }

    /// Ticks until the process is asked to end.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var name = Self.newName()
            var sequence = 1
            while true {
                try await Task.sleep(for: .milliseconds(1000 - WallClock.milliseconds % 1000))
                do {
                    if try await self.tick(name, sequence) { sequence += 1 }
                } catch {
                    // It may have been published or not: another name, so that no reader takes it for a hole.
                    name = Self.newName()
                    sequence = 1
                }
            }
        }
    }

    /// Publishes one event.
    /// - Returns: Whether this clock was the one to publish it.
    private func tick(_ name: String, _ sequence: Int) async throws -> Bool {
        let time = WallClock.milliseconds
        var json = JSONText(capacity: 96)
        json.object { json in
            json.member("clock", name)
            json.member("sequence", sequence)
            json.member("time", time)
        }
        let publication = try Publication(
            topics: [self.topic], data: try EventData(validating: json.bytes),
            key: try IdempotencyKey("demo-clock-\((time + 500) / 1000)"))
        return try await self.session.publish([publication]).get().contains { !$0.isRepeat }
    }

    private static func newName() -> String {
        String(UInt32.random(in: 0...UInt32.max), radix: 36)
    }
}
