/// What the server counts.
struct ServerCounters: Sendable {
    let connections: ConnectionCounters
    let keys: KeyGate
    let requests = RequestCounters()
    let publishing = PublishCounters()
}
