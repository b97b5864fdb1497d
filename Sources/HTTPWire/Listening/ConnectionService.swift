/// What all connections of a listener have in common.
final class ConnectionService: Sendable {
    /// Gets the requests.
    let handler: any RequestHandler
    /// What the listener is told.
    let configuration: ListenerConfiguration
    /// Has the places.
    let seating: Seating
    /// Is told of connections that can't be served.
    let log: ListeningLog

    init(
        _ handler: any RequestHandler, _ configuration: ListenerConfiguration, _ seating: Seating, _ log: ListeningLog
    ) {
        self.log = log
        self.handler = handler
        self.configuration = configuration
        self.seating = seating
    }
}
