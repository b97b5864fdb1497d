import HubClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The state of a cluster as JSON. Times are in seconds, rates in a second.
struct WatchJSON: Encodable {
    private struct Member: Encodable {
        let url: String
        let state: String
        let problem: String?
        let version: String?
        let streams: Double?
        let connections: Double?
        let published: Double?
        let delivered: Double?
        let bytes: Double?
        let requests: Double?
        let failures: Double?
        let latencyP50: Double?
        let latencyP99: Double?
        let lagP99: Double?
        let memory: Double?
        let processors: Double?

        init(_ status: MemberStatus) {
            let figures = status.figures
            self.url = status.url
            self.state = status.state
            self.problem = status.problem
            self.version = figures?.version
            self.streams = figures?.streams
            self.connections = figures?.connections
            self.published = figures?.published
            self.delivered = figures?.delivered
            self.bytes = figures?.bytes
            self.requests = figures?.requests
            self.failures = figures?.failures
            self.latencyP50 = figures?.latency.seconds(0.5)
            self.latencyP99 = figures?.latency.seconds(0.99)
            self.lagP99 = figures?.lag.seconds(0.99)
            self.memory = figures?.memory
            self.processors = figures?.processors
        }
    }

    private let time: String
    private let members: [Member]
    private let topics: [TopicStatus]

    init(_ status: ClusterStatus, at time: Moment) {
        self.time = time.text
        self.members = status.members.map(Member.init)
        self.topics = status.topics
    }

    /// The object, on one line.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        guard let json = try? encoder.encode(self) else { return "" }
        return EscapedText.json(String(decoding: json, as: UTF8.self)) + "\n"
    }
}
