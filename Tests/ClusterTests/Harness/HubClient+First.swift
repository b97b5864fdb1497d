import HubClient

extension HubClient {
    /// The first event of a stream.
    func firstEvent(of topics: [String], from start: StreamStart) async throws -> StreamEvent? {
        for try await item in self.subscribe(to: topics, from: start) {
            if case .event(let event) = item { return event }
        }
        return nil
    }

    /// What a stream says was lost before its first event, up to the reset that holds the cursor for all of them.
    /// - Returns: Nothing if an event comes first.
    func firstResets(of topics: [String], from start: StreamStart) async throws -> [StreamReset] {
        var resets: [StreamReset] = []
        for try await item in self.subscribe(to: topics, from: start) {
            switch item {
            case .reset(let reset):
                resets.append(reset)
                if reset.cursor != nil { return resets }
            case .event: return resets
            default: break
            }
        }
        return resets
    }
}
