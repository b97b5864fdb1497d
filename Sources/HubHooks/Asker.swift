public import ByteStreams

/// What an application is told of whoever asks. A class, since a WebSocket keeps one as long as it is open.
public final class Asker: Sendable {
    /// How they came: `sse`, `ws`, `poll`, `long-poll`, `iframe` or `publish`.
    let transport: String
    /// Where they are, behind a proxy too.
    let client: ClientAddress
    /// Fields of their request that are passed on, so that the application knows them by their session.
    let fields: [(name: String, value: String)]
    /// Fields that are passed on and say nothing of who they are: the trace that their request is part of.
    let context: [(name: String, value: String)]

    /// Describes somebody.
    /// - Parameters:
    ///   - transport: How they came.
    ///   - client: Where they are.
    ///   - fields: Fields of their request that are passed on, and say who they are.
    ///   - context: Fields that are passed on besides.
    public init(
        transport: String, client: ClientAddress, fields: [(name: String, value: String)],
        context: [(name: String, value: String)] = []
    ) {
        self.transport = transport
        self.client = client
        self.fields = fields
        self.context = context
    }
}
