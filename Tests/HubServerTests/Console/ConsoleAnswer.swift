import Foundation

@testable import HubServer

/// What members have answered, as a page reads it.
struct ConsoleAnswer: Decodable {
    struct Member: Decodable {
        let member: String
        let ready: Bool?
        let draining: Bool?
        let reason: String?
        let version: String?
        let topics: [Topic]?
        let incidents: [Incident]?
        let count: Int?
        let streams: [Stream]?
        let ended: Bool?
    }

    struct Topic: Decodable {
        let topic: String
        let subscribers: Int
        let rate: Double?
        let events: Int?
    }

    struct Stream: Decodable {
        let stream: String
        let transport: String
        let client: String?
        let subject: String?
        let topics: [String]
        let topicCount: Int
        let age: Double
        let state: String
        let slow: Bool
        let backlog: Int
        let cursor: String?
        let lag: Int?
    }

    struct Incident: Decodable {
        let number: Int
        let at: Double
        let kind: String
        let reason: String
        let count: Int
        let topic: String?
        let transport: String?
        let client: String?
        let subject: String?
    }

    let asked: String
    let unreached: String?
    let members: [Member]
}

extension TestServer {
    /// Asks what the console asks.
    func ask(_ question: String, key: String? = nil) async throws -> ConsoleAnswer {
        let answer = try await self.askRaw(question, key: key)
        return try JSONDecoder().decode(ConsoleAnswer.self, from: Data(answer.body.utf8))
    }

    func askRaw(_ question: String, key: String? = nil) async throws -> RawAnswer {
        let key = key.map { ["Authorization: Bearer \($0)"] } ?? []
        return try await self.request(
            "POST", "/console/ask", headers: ["Content-Type: application/json"] + key, body: question)
    }
}
