import NIOCore
import NIOHTTP1

/// `/long-poll`, over and over on one connection. Who wants the latest asks `/poll` first where that is, so that what is
/// published before the first long poll arrives is not missed.
struct LongPollTransport: Transport {
    var name: String { "long-poll" }

    func stream(
        _ plan: StreamPlan, from hub: HubProcess, _ note: @Sendable (StreamSignal) throws -> Void
    ) async throws {
        try await HTTPConversation.with(hub) { http in
            var plan = plan
            if case .latest = plan.start {
                plan = plan.resumed(after: try await Self.batch("/poll?\(plan.query)", &http).cursor)
            }
            try note(.began)
            while !Task.isCancelled {
                let batch = try await Self.batch("/long-poll?limit=7&timeout=2&\(plan.query)", &http)
                try batch.tell(note)
                plan = plan.resumed(after: batch.cursor)
            }
        }
    }

    private static func batch(_ target: String, _ http: inout HTTPConversation) async throws -> PolledBatch {
        let head = try await http.get(target)
        let body = try await http.body()
        try Task.checkCancellation()
        guard head.status == .ok else {
            throw UnexpectedAnswer(description: "\(target) answers \(head.status): \(String(buffer: body))")
        }
        return try PolledBatch(body)
    }
}
