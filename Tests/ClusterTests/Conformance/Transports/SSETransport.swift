import Foundation
import NIOCore
import NIOHTTP1

/// `/sse`, read block by block.
struct SSETransport: Transport {
    enum Format: String {
        case data
        case json
    }

    let format: Format

    var name: String { "sse \(self.format)" }

    func stream(
        _ plan: StreamPlan, from hub: HubProcess, _ note: @Sendable (StreamSignal) throws -> Void
    ) async throws {
        try await HTTPConversation.with(hub) { http in
            let head = try await http.get("/sse?format=\(self.format)&prime=true&\(plan.query)")
            guard head.status == .ok else { throw UnexpectedAnswer(description: "/sse answers \(head.status)") }
            try note(.began)
            var blocks = StreamBlockReader()
            while let bytes = try await http.nextBytes() {
                blocks.append(bytes)
                while let block = blocks.next() { try self.read(block, note) }
            }
        }
    }

    private func read(_ block: StreamBlock, _ note: (StreamSignal) throws -> Void) throws {
        guard let data = block.data else { return try block.id.map { try note(.cursor($0)) } ?? () }
        switch block.event {
        case "hub.reset":
            try note(.reset(try JSONDecoder().decode(StreamedReset.self, from: Data(data.readableBytesView))))
            if let id = block.id { try note(.cursor(id)) }
        case "hub.close": try note(.closed(reason: String(buffer: data)))
        default: try note(.event(try self.event(block, data)))
        }
    }

    private func event(_ block: StreamBlock, _ data: ByteBuffer) throws -> StreamedEvent {
        switch self.format {
        case .json: try JSONDecoder().decode(StreamedEvent.self, from: Data(data.readableBytesView))
        case .data:
            StreamedEvent(
                id: block.id ?? "", topic: nil, event: block.event == "message" ? nil : block.event,
                data: String(buffer: data), retry: block.retry)
        }
    }
}
