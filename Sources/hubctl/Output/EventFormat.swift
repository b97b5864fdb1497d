import ArgumentParser
import ByteStrings
import HubClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How `hubctl subscribe` prints an event.
enum EventFormat: String, ExpressibleByArgument, CaseIterable {
    /// The data and a line feed.
    case data
    /// The whole event as JSON on one line.
    case json
    /// A block of `text/event-stream`.
    case sse

    /// The event as it is printed.
    func text(of event: StreamEvent) -> String {
        switch self {
        case .data: event.data + "\n"
        case .json: Self.json(event)
        case .sse: Self.block(event)
        }
    }

    private static func json(_ event: StreamEvent) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        guard let json = try? encoder.encode(Envelope(event)) else { return "" }
        return String(decoding: json, as: UTF8.self) + "\n"
    }

    private static func block(_ event: StreamEvent) -> String {
        var block = ""
        if let name = event.name { block += "event: \(name)\n" }
        if let retry = event.retry { block += "retry: \(retry)\n" }
        for line in event.data.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            block += "data: \(ByteString(line))\n"
        }
        if let id = event.id { block += "id: \(id)\n" }
        return block + "\n"
    }

    /// The contract's EVENT.
    private struct Envelope: Encodable {
        let id: String?
        let topic: String
        let event: String?
        let data: String
        let retry: Int?

        init(_ event: StreamEvent) {
            self.id = event.id
            self.topic = event.topic
            self.event = event.name
            self.data = event.data
            self.retry = event.retry
        }
    }
}
