import ByteStrings
import HTTPWire
import HubCore
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Says what this member knows, in answer to the console's questions.
struct MemberAnswerer: Sendable {
    /// How many topics of each kind a report names.
    private static let topicLimit = 50
    /// How many streams an answer describes.
    private static let streamLimit = 100
    /// After how many bytes each list of an answer ends: it goes to all members.
    private static let byteLimit = 64 << 10

    /// Tells this process from all other members, those before it on the same machine included.
    let member: ByteString
    private let hub: Hub
    private let version: String
    private let loops: Int
    private let condition: ServerCondition
    private let metrics: [any MetricsSource]
    private let host = Self.hostName
    private let startTime = WallClock.milliseconds

    init(
        _ hub: Hub, member: ByteString, version: String, loops: Int, _ condition: ServerCondition,
        metrics: [any MetricsSource]
    ) {
        self.hub = hub
        self.member = member
        self.version = version
        self.loops = loops
        self.condition = condition
        self.metrics = metrics
    }

    /// Answers a question.
    /// - Returns: JSON; `nil` if another member is asked.
    func answer(_ question: MemberQuestion) -> EventLoopFuture<[UInt8]?> {
        let hub = self.hub
        switch question {
        case .report(let incidents): return self.report(incidents: incidents)
        case .topics(let topics):
            return hub.activity(of: topics).map { topics in self.object { $0.activity(topics, limit: .max) } }
        case .streams(let query):
            return hub.streams(query, limit: Self.streamLimit).map { count, streams in
                self.object { json in
                    json.member("count", count)
                    json.name("streams")
                    json.array(of: streams, limit: Self.byteLimit) { $0.stream($1) }
                }
            }
        case .end(let stream, let member):
            guard member == self.member else { return hub.bus.eventLoop.makeSucceededFuture(nil) }
            return hub.shed(stream).hop(to: hub.bus.eventLoop).map { ended in
                self.object { $0.member("ended", json: "\(ended)".utf8) }
            }
        }
    }

    private func report(incidents: Int) -> EventLoopFuture<[UInt8]?> {
        let loop = self.hub.bus.eventLoop
        let metrics = EventLoopFuture.whenAllSucceed(self.metrics.map { $0.metrics(on: loop) }, on: loop)
        return metrics.and(self.hub.busiestTopics(limit: Self.topicLimit)).map { metrics, topics in
            self.object { json in
                json.member("host", self.host)
                json.member("version", self.version)
                json.member("loops", self.loops)
                json.member("started", json: "\(Double(self.startTime) / 1000)".utf8)
                json.member("now", json: "\(Double(WallClock.milliseconds) / 1000)".utf8)
                self.writeCondition(to: &json)
                json.metrics(metrics.flatMap(\.self))
                json.activity(topics, limit: Self.byteLimit)
                json.name("incidents")
                // The latest of them, should they not all be told.
                json.array(of: self.hub.incidents.latest(incidents).reversed(), limit: Self.byteLimit) {
                    $0.incident($1)
                }
            }
        }
    }

    private func writeCondition(to json: inout JSONText) {
        var reason: String?
        if case .notReady(let why) = self.hub.bus.status { reason = why }
        if self.condition.isDraining { reason = "this member is shutting down" }
        json.member("ready", json: "\(reason == nil)".utf8)
        json.member("reason", orNull: reason)
        json.member("draining", json: "\(self.condition.isDraining)".utf8)
    }

    private func object(_ members: (inout JSONText) -> Void) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("member", self.member.string)
            members(&json)
        }
        return json.bytes
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
