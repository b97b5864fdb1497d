import NIOCore
import NIOHTTP1

/// `/poll`, over and over on one connection, with the entity tag as the cursor.
struct PollTransport: Transport {
    var name: String { "poll" }

    func stream(
        _ plan: StreamPlan, from hub: HubProcess, _ note: @Sendable (StreamSignal) throws -> Void
    ) async throws {
        try await HTTPConversation.with(hub) { http in
            var fields = HTTPHeaders()
            while !Task.isCancelled {
                let head = try await http.get("/poll?limit=7&\(plan.query)", fields)
                let body = try await http.body()
                switch head.status {
                case .ok: try PolledBatch(body).tell(note)
                case .notModified where body.readableBytes == 0: break
                default: throw UnexpectedAnswer(description: "/poll answers \(head.status): \(String(buffer: body))")
                }
                try note(.began)
                if let tag = head.headers.first(name: "ETag") { fields.replaceOrAdd(name: "If-None-Match", value: tag) }
                if head.headers.first(name: "Hub-Poll-After") != "0" { try await Task.sleep(for: .milliseconds(10)) }
            }
        }
    }
}
