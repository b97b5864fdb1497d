public import Logging

/// A client of one hub, or of several that behave as one: it publishes, subscribes, and asks for the hub's condition.
///
/// ```swift
/// try await HubClient.with(HubClientConfiguration(urls: ["http://127.0.0.1:8080"])) { hub in
///     try await hub.publish("hello", to: "news")
///     for try await item in hub.subscribe(to: ["news"], from: .earliest) {
///         if case .event(let event) = item { print(event.data) }
///     }
/// }
/// ```
///
/// A client may be used from any number of tasks at once. Call ``shutdown()`` when it is no longer needed, or make it
/// with ``with(_:logger:_:)``, which does so.
public final class HubClient: Sendable {
    let connections: HubConnections

    /// The settings that the client was made with.
    public var configuration: HubClientConfiguration { self.connections.configuration }

    /// Makes a client. It connects when it is first used.
    /// - Parameters:
    ///   - configuration: The hubs' addresses, the token, and the limits.
    ///   - logger: Takes what may help to find a fault, at level debug; never tokens or the data of events.
    /// - Throws: ``HubClientError`` with the code `invalidArgument` if an address is not one.
    public init(
        _ configuration: HubClientConfiguration = HubClientConfiguration(),
        logger: Logger = Logger(label: "HubClient", factory: { _ in SwiftLogNoOpLogHandler() })
    ) throws(HubClientError) {
        self.connections = try HubConnections(configuration, logger: logger)
    }

    /// Runs a closure with a client, and shuts the client down afterwards.
    /// - Parameters:
    ///   - configuration: The hubs' addresses, the token, and the limits.
    ///   - logger: See ``init(_:logger:)``.
    ///   - body: What to do with the client.
    /// - Throws: What `body` throws, or what ``init(_:logger:)`` throws.
    public static func with<Result>(
        _ configuration: HubClientConfiguration = HubClientConfiguration(),
        logger: Logger = Logger(label: "HubClient", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: (HubClient) async throws -> Result
    ) async throws -> Result {
        let client = try HubClient(configuration, logger: logger)
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Closes every connection. Streams that are still read end with an error; later calls fail.
    public func shutdown() async {
        await self.connections.shutdown()
    }
}
