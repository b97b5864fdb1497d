import Testing

/// A transport as a client uses it: one file each, in `Transports`, and one line in ``Transports``.
protocol Transport: Sendable, CustomTestStringConvertible {
    /// Its name in the output of the tests.
    var name: String { get }

    /// Streams until the hub ends the stream, or the task is cancelled, or `note` throws.
    /// - Parameters:
    ///   - plan: What to ask for.
    ///   - hub: Whom to ask.
    ///   - note: Is told of everything, in order.
    func stream(
        _ plan: StreamPlan, from hub: HubProcess, _ note: @Sendable (StreamSignal) throws -> Void
    ) async throws
}

extension Transport {
    var testDescription: String { self.name }
}

/// All transports that the suite runs over.
enum Transports {
    static let all: [any Transport] = [
        SSETransport(format: .data), SSETransport(format: .json), PollTransport(), LongPollTransport(),
        IFrameTransport(), WebSocketTransport(),
    ]

    /// Those whose events name their topic.
    static let naming: [any Transport] = [
        SSETransport(format: .json), PollTransport(), LongPollTransport(), IFrameTransport(),
        WebSocketTransport(),
    ]
}

/// The hub did not answer as a transport should.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let description: String
}
