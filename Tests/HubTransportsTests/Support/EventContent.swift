import Foundation
import HubCore

/// An event as a reader of its JSON sees it.
struct EventContent: Decodable, Equatable {
    let id: String
    let topic: String
    let event: String?
    let data: String
    let retry: Int32?

    init(_ json: [UInt8]) throws {
        self = try JSONDecoder().decode(EventContent.self, from: Data(json))
    }

    init(_ event: Event) {
        self.id = event.id.description
        self.topic = event.topic.name
        self.event = event.name
        self.data = event.data.text
        self.retry = event.retry
    }

    /// Byte by byte: Swift's strings are equal if they only look alike.
    static func == (left: EventContent, right: EventContent) -> Bool {
        left.id == right.id && left.topic.utf8.elementsEqual(right.topic.utf8) && left.retry == right.retry
            && left.data.utf8.elementsEqual(right.data.utf8)
            && (left.event.map { Array($0.utf8) } == right.event.map { Array($0.utf8) })
    }
}
