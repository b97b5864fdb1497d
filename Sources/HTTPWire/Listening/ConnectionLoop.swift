public import NIOCore

/// What the connections of one event loop share: a coarse timer instead of one each, and the `Date` field.
///
/// Confined to its loop.
public final class ConnectionLoop {
    /// How often deadlines are looked at, which is also how late they may be met.
    static let period = TimeAmount.milliseconds(500)

    /// The loop.
    public let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: any TimedConnection] = [:]
    /// Connections that have said nothing for long, the longest last, as they were when they were looked for.
    private var silent: [(id: ObjectIdentifier, since: NIODeadline)] = []
    private var lingering: LingeringConnections
    private var nextSearch = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?
    private let wallClock: @Sendable () -> UInt64
    private var dateSecond = -1
    private var dateText = ""

    /// Makes the state of a loop.
    /// - Parameters:
    ///   - eventLoop: The loop.
    ///   - maximumLingering: The most connections here that are read on after their last answer.
    ///   - wallClock: Milliseconds since 1970.
    public init(eventLoop: any EventLoop, maximumLingering: Int, wallClock: @escaping @Sendable () -> UInt64) {
        self.wallClock = wallClock
        self.eventLoop = eventLoop
        self.lingering = LingeringConnections(limit: maximumLingering)
    }

    /// The `Date` field of now.
    var date: String {
        let second = Int(self.wallClock() / 1000)
        if second != self.dateSecond {
            self.dateSecond = second
            self.dateText = DateField.text(seconds: second)
        }
        return self.dateText
    }

    /// Begins to look at deadlines.
    public func start() {
        self.eventLoop.preconditionInEventLoop()
        guard self.timer == nil else { return }
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: Self.period) { [weak self] in
            guard let self else { return }
            self.timer = nil
            self.expireConnections()
            self.start()
        }
    }

    /// Looks at none any more.
    public func stop() {
        self.timer?.cancel()
        self.timer = nil
    }

    /// A connection that speaks HTTP: its deadlines count.
    func add(_ connection: some TimedConnection) {
        self.connections[ObjectIdentifier(connection)] = connection
    }

    /// A connection that is gone, or that has become a stream.
    func remove(_ connection: some TimedConnection) {
        self.connections.removeValue(forKey: ObjectIdentifier(connection))
        self.lingering.remove(ObjectIdentifier(connection))
    }

    /// A connection that has had its last answer lingers from now on.
    func linger(_ connection: some TimedConnection) {
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
    public func closeConnectionsSoon() {
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

    private func expireConnections() {
        let now = NIODeadline.now()
        let expired = self.connections.values.filter { ($0.deadline ?? .distantFuture) <= now }
        for connection in expired { connection.expire(now: now) }
    }
}

@available(*, unavailable)
extension ConnectionLoop: Sendable {}

/// A connection, as long as its deadlines count: until it becomes a stream. Used only on its loop.
protocol TimedConnection: AnyObject {
    /// When the present phase must be over; `nil` if it may last.
    var deadline: NIODeadline? { get }

    /// Since when nothing has been asked for; `nil` if something is.
    var silentSince: NIODeadline? { get }

    /// Time has passed the deadline.
    func expire(now: NIODeadline)

    /// Others need the place, at once.
    func close()

    /// The server wants to end.
    func closeSoon()
}
