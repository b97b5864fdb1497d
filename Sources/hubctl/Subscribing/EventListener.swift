import HubClient

/// Prints what comes, and counts it.
struct EventListener {
    /// Where it begins.
    enum Start: Hashable {
        case stream(StreamStart)
        /// With the last events that there are.
        case last(Int)
    }

    let topics: [String]
    let start: Start
    let limit: Int
    let printer: EventPrinter

    /// Listens until there were enough events, a hub refuses it, or its task is cancelled.
    /// - Returns: How many events were printed.
    func listen(at hub: HubClient) async throws -> Int {
        var rest = self.limit
        let start = try await self.streamStart(hub, &rest)
        guard rest > 0 else { return self.limit }
        for try await item in hub.subscribe(to: self.topics, from: start) {
            guard case .event(let event) = item else {
                self.printer.tell(item)
                continue
            }
            self.printer.print(event)
            rest -= 1
            if rest == 0 { break }
        }
        return self.limit - rest
    }

    private func streamStart(_ hub: HubClient, _ rest: inout Int) async throws -> StreamStart {
        switch self.start {
        case .stream(let start): return start
        case .last(let count):
            let (last, cursor) = try await LastEvents.read(count, of: self.topics, at: hub)
            for event in last.events.prefix(rest) { self.printer.print(event) }
            rest -= min(rest, last.events.count)
            return .after(cursor)
        }
    }
}
