import Foundation
import NIOCore

/// A batch of `/poll` and `/long-poll`.
struct PolledBatch: Decodable {
    let events: [StreamedEvent]
    let resets: [StreamedReset]?
    let cursor: String

    init(_ body: ByteBuffer) throws {
        self = try JSONDecoder().decode(PolledBatch.self, from: Data(body.readableBytesView))
    }

    /// Tells everything, the cursor last: that of the batch stands for all of it.
    func tell(_ note: (StreamSignal) throws -> Void) throws {
        for reset in self.resets ?? [] { try note(.reset(reset)) }
        for event in self.events { try note(.event(event)) }
        try note(.cursor(self.cursor))
    }
}
