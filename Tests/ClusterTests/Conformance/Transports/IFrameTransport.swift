import Foundation
import NIOCore
import NIOHTTP1

/// `/iframe`, read block by block as its own script does, page after page.
struct IFrameTransport: Transport {
    var name: String { "iframe" }

    func stream(
        _ plan: StreamPlan, from hub: HubProcess, _ note: @Sendable (StreamSignal) throws -> Void
    ) async throws {
        var plan = plan
        while let cursor = try await self.page(plan, hub, note) { plan = plan.resumed(after: cursor) }
    }

    /// - Returns: Where the next page goes on, if this one has had its share of bytes.
    private func page(
        _ plan: StreamPlan, _ hub: HubProcess, _ note: @Sendable (StreamSignal) throws -> Void
    ) async throws -> String? {
        try await HTTPConversation.with(hub) { http in
            let head = try await http.get("/iframe?origin=http://127.0.0.1:\(hub.port)&\(plan.query)")
            guard head.status == .ok else { throw UnexpectedAnswer(description: "/iframe answers \(head.status)") }
            var page = Data()
            var cursor: String?
            while let bytes = try await http.nextBytes() {
                page.append(contentsOf: bytes.readableBytesView)
                while let block = Self.takeBlock(&page) {
                    if try Self.read(
                        block,
                        { signal in
                            if case .cursor(let place) = signal { cursor = place }
                            if case .event(let event) = signal { cursor = event.id }
                            try note(signal)
                        })
                    {
                        return cursor
                    }
                }
            }
            return nil
        }
    }

    /// The JSON of the next block, once it is complete.
    private static func takeBlock(_ page: inout Data) -> Data? {
        guard let start = page.firstRange(of: Data(#"<script type="application/json">"#.utf8)),
            let end = page[start.upperBound...].firstRange(of: Data("</script>\n".utf8))
        else { return nil }
        defer { page = Data(page[end.upperBound...]) }
        return page[start.upperBound..<end.lowerBound]
    }

    /// - Returns: Whether the page has had its share of bytes.
    private static func read(_ block: Data, _ note: (StreamSignal) throws -> Void) throws -> Bool {
        let control = try JSONDecoder().decode(Control.self, from: block)
        switch control.hub {
        case nil: try note(.event(try JSONDecoder().decode(StreamedEvent.self, from: block)))
        case "open": try note(.began)
        case "reset": try note(.reset(try JSONDecoder().decode(StreamedReset.self, from: block)))
        case "close": try note(.closed(reason: control.reason ?? ""))
        case "next": return true
        case let other?: throw UnexpectedAnswer(description: "/iframe has a block '\(other)'")
        }
        if let cursor = control.cursor { try note(.cursor(cursor)) }
        return false
    }

    private struct Control: Decodable {
        let hub: String?
        let cursor: String?
        let reason: String?
    }
}
