import DequeModule
import HubClient

/// The last events of replay buffers, of however many they hold.
struct LastEvents {
    private let count: Int
    private(set) var events: Deque<StreamEvent> = []
    private(set) var resets: [StreamReset] = []

    private init(_ count: Int) {
        self.count = count
    }

    /// Reads the replay buffers from their oldest event to the place where there is no more.
    /// - Returns: The last events, and the place after them.
    static func read(
        _ count: Int, of topics: [String], at hub: HubClient
    ) async throws -> (last: LastEvents, cursor: String) {
        var last = LastEvents(count)
        var start = StreamStart.earliest
        while true {
            let batch = try await hub.poll(topics, from: start)
            last.take(batch)
            guard batch.hasMore else { return (last, batch.cursor) }
            start = .after(batch.cursor)
        }
    }

    private mutating func take(_ batch: EventBatch) {
        // What was lost before the events that are kept is of no interest.
        self.resets = batch.resets
        for event in batch.events {
            if self.events.count == self.count { self.events.removeFirst() }
            self.events.append(event)
        }
    }
}
