import HubCore
import NIOCore
import TestSupport

@testable import HubServer

/// What a stream has brought, in its order.
struct SlowStream {
    /// The numbers of its events.
    private(set) var numbers: [Int] = []
    /// The id that a client would come back with.
    private(set) var lastID = ""
    /// How many events came before the reset.
    private(set) var countAtReset: Int?
    /// The data of the reset, in JSON.
    private(set) var reset: String?
    /// The data of the close, in JSON.
    private(set) var close: String?

    /// Reads an answer of `GET /sse` in HTTP/1.0, up to its last complete block.
    init(sse text: String) {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var name = ""
        for line in lines.dropLast() {
            let line = String(Substring(line))
            let value = String(line.drop { $0 != " " }.dropFirst())
            switch line.prefix(while: { $0 != ":" }) {
            case "event": name = value
            case "data": self.take(name, value)
            case "id": self.lastID = value
            case "": name = ""
            default: break
            }
        }
    }

    /// Reads messages of a WebSocket.
    init(messages: [String]) {
        for message in messages {
            self.take("hub.\(member("type", of: message) ?? "")", member("data", of: message) ?? message)
            self.lastID = member("id", of: message) ?? self.lastID
        }
    }

    private mutating func take(_ name: String, _ data: String) {
        switch name {
        case "", "hub.event": self.numbers.append(Int(data.prefix { $0 != " " }) ?? -1)
        case "hub.reset":
            self.reset = data
            self.countAtReset = self.numbers.count
        case "hub.close": self.close = data
        default: break
        }
    }
}

/// Publishes numbered events that are large enough to fill what a client does not read.
struct FloodedTopic {
    private static let padding = String(repeating: "x", count: 100_000)

    let server: TestServer
    private(set) var last = 0
    private(set) var ids: [String] = []

    init(_ server: TestServer) {
        self.server = server
    }

    /// Publishes the next numbers on the topic `a`.
    mutating func publish(_ count: Int, padding: String = Self.padding) async throws {
        for _ in 0..<count {
            self.last += 1
            let data = EventData("\(self.last) \(padding)")
            let published = try await self.server.hub.bus.publish([Publication(topics: [Topic("a")], data: data)]).get()
            self.ids += published.map(\.id.description)
        }
    }

    /// On a busy machine one may be closed for it before that is seen.
    private func isBehind() async throws -> Bool {
        let statistics = try await self.server.hub.statistics().get().fanOut
        return statistics.parked > 0 || !statistics.closed.isEmpty
    }

    /// Publishes until a stream falls behind, and some more that it misses.
    ///
    /// Begins with small ones, until a stream gets one as it comes: while a stream catches up, being full does not make it slow.
    mutating func publishUntilParked() async throws {
        var topic = self
        try await eventually("the stream should be live") {
            try await topic.publish(1, padding: "")
            return try await topic.server.hub.statistics().get().fanOut.delivered > 0
        }
        self = topic
        while try await !self.isBehind() { try await self.publish(4) }
        try await self.publish(5)
    }
}
