/// What the server counts.
struct ServerCounters: Sendable {
    let connections: ConnectionCounters
    let requests = RequestCounters()
    let publishing = PublishCounters()
}
