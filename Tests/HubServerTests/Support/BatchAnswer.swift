import Foundation
import TestSupport

/// A batch as a client reads it.
struct BatchAnswer: Decodable {
    struct Event: Decodable {
        let id: String
        let topic: String
        let event: String?
        let data: String
    }

    struct Reset: Decodable {
        let topic: String
        let reason: String
        let requested: String
    }

    let events: [Event]
    let resets: [Reset]?
    let cursor: String

    init(_ answer: RawAnswer) throws {
        self = try JSONDecoder().decode(BatchAnswer.self, from: Data(answer.body.utf8))
    }

    var data: [String] { self.events.map(\.data) }
}

extension TestServer {
    /// Publishes to a topic.
    func publish(_ data: String..., to topic: String = "a") async throws {
        for data in data { _ = try await self.request("POST", "/publish?topic=\(topic)", body: data) }
    }

    /// Asks for a batch, and reads it.
    func batch(_ target: String, headers: [String] = []) async throws -> BatchAnswer {
        try BatchAnswer(try await self.request("GET", target, headers: headers))
    }

    /// Waits until a topic has so many streams.
    func waitForSubscribers(_ count: Int, of topic: String = "a") async throws {
        try await eventually("\(topic) should have \(count) subscribers") {
            try await self.request("GET", "/topics?topic=\(topic)").body.contains(#""subscribers":\#(count),"#)
        }
    }
}
