import HubCore
import NIOCore

/// What the connections of one event loop share: a coarse timer instead of one each, and the `Date` field.
///
/// Confined to its loop.
final class ServerLoop {
    /// How often deadlines are looked at, which is also how late they may strike.
    static let period = TimeAmount.milliseconds(500)

    let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    /// Connections that have said nothing for long, the longest last, as they were when they were looked for.
    private var silent: [(id: ObjectIdentifier, since: NIODeadline)] = []
    private var lingering: LingeringConnections
    private var nextSearch = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?
    private var dateSecond = -1
    private var dateText = ""

    /// Makes the state of a loop.
    /// - Parameter maximumLingering: The most connections here that are read on after a refusal.
    init(eventLoop: any EventLoop, maximumLingering: Int) {
        self.eventLoop = eventLoop
        self.lingering = LingeringConnections(limit: maximumLingering)
    }

    /// The `Date` field of now.
    var date: String {
        let second = Int(WallClock.milliseconds / 1000)
        if second != self.dateSecond {
            self.dateSecond = second
            self.dateText = DateField.text(seconds: second)
        }
        return self.dateText
    }

    func start() {
        self.eventLoop.preconditionInEventLoop()
        guard self.timer == nil else { return }
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: Self.period) { [weak self] in
            guard let self else { return }
            self.timer = nil
            self.strike()
            self.start()
        }
    }

    func stop() {
        self.timer?.cancel()
        self.timer = nil
    }

    /// A connection that speaks HTTP: its deadlines count.
    func add(_ connection: HTTPConnection) {
        self.connections[ObjectIdentifier(connection)] = connection
    }

    /// A connection that is gone, or that has become a stream.
    func remove(_ connection: HTTPConnection) {
        self.connections.removeValue(forKey: ObjectIdentifier(connection))
        self.lingering.remove(ObjectIdentifier(connection))
    }

    /// A connection whose request is refused lingers from now on.
    func linger(_ connection: HTTPConnection) {
        guard let id = self.lingering.insert(ObjectIdentifier(connection)) else { return }
        self.connections[id]?.close()
    }

    /// Closes the connection that has lingered for longest.
    /// - Returns: Whether there was one.
    func closeLingeringConnection() -> Bool {
        guard let id = self.lingering.popFirst() else { return false }
        self.connections[id]?.close()
        return true
    }

    /// Ends the connections: those without a request at once, the others with their next answer.
    func closeConnectionsSoon() {
        for connection in Array(self.connections.values) { connection.closeSoon() }
    }

    /// Closes the connection that has said nothing for longest, to make room for another.
    /// - Returns: Whether there was one.
    func closeSilentConnection() -> Bool {
        if self.closeKnownSilentConnection() { return true }
        self.findSilentConnections()
        return self.closeKnownSilentConnection()
    }

    private func closeKnownSilentConnection() -> Bool {
        while let (id, since) = self.silent.popLast() {
            guard let connection = self.connections[id], connection.silentSince == since else { continue }
            connection.close()
            return true
        }
        return false
    }

    /// One look at all connections finds many, and one that finds few is not repeated at once, so that it costs little for each
    /// connection that comes, however many come.
    private func findSilentConnections() {
        let now = NIODeadline.now()
        guard now >= self.nextSearch else { return }
        let all = self.connections.compactMap { id, connection in connection.silentSince.map { (id: id, since: $0) } }
        self.silent = all.sorted { $0.since < $1.since }.prefix(max(16, all.count / 16)).reversed()
        if all.count < 16 { self.nextSearch = now + .milliseconds(50) }
    }

    private func strike() {
        let now = NIODeadline.now()
        let expired = self.connections.values.filter { ($0.deadline ?? .distantFuture) <= now }
        for connection in expired { connection.expire(now: now) }
    }
}

@available(*, unavailable)
extension ServerLoop: Sendable {}
