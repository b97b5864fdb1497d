import Synchronization

/// A client that notes what comes over one stream.
final class StreamListener: Sendable {
    private struct State: Sendable {
        var hasBegun = false
        var cursor: String?
        var events: [StreamedEvent] = []
        var resets: [StreamedReset] = []
        var closes: [String] = []
        var failure: String?
    }

    private let name: String
    private let state = Mutex(State())

    private init(_ name: String) {
        self.name = name
    }

    /// Listens while something happens.
    static func with(
        _ transport: any Transport, _ plan: StreamPlan, on hub: HubProcess,
        _ body: (StreamListener) async throws -> Void
    ) async throws {
        let listener = StreamListener(transport.name)
        let task = Task { await listener.run(transport, plan, hub) }
        do {
            try await listener.wait("the stream has begun") { $0.hasBegun }
            try await body(listener)
        } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
    }

    /// Where to resume.
    var cursor: String? { self.state.withLock { $0.cursor } }
    var events: [StreamedEvent] { self.state.withLock { $0.events } }
    var resets: [StreamedReset] { self.state.withLock { $0.resets } }
    var data: [String] { self.events.map(\.data) }

    /// Waits until so many events have come.
    func waitForEvents(_ count: Int) async throws {
        try await self.wait("\(count) events have come") { $0.events.count >= count }
    }

    /// Waits until the stream has said where it is.
    func waitForCursor() async throws {
        try await self.wait("the stream has said where it is") { $0.cursor != nil }
    }

    private func wait(_ what: String, until condition: (State) -> Bool) async throws {
        try await waitUntil("\(what); \(self.name) has \(self.state.withLock { $0 })") {
            let state = self.state.withLock { $0 }
            if let failure = state.failure { throw UnexpectedAnswer(description: "\(self.name): \(failure)") }
            return condition(state)
        }
    }

    private func run(_ transport: any Transport, _ plan: StreamPlan, _ hub: HubProcess) async {
        do {
            try await transport.stream(plan, from: hub) { signal in self.note(signal) }
        } catch is CancellationError {
        } catch {
            self.state.withLock { $0.failure = "\(error)" }
        }
    }

    private func note(_ signal: StreamSignal) {
        self.state.withLock { state in
            switch signal {
            case .began: state.hasBegun = true
            case .cursor(let cursor): state.cursor = cursor
            case .event(let event):
                state.cursor = event.id
                state.events.append(event)
            case .reset(let reset):
                state.cursor = reset.cursor ?? state.cursor
                state.resets.append(reset)
            case .closed(let reason): state.closes.append(reason)
            }
        }
    }
}
