import NIOCore

/// What the connections of one event loop share: a coarse timer instead of one each, and the `Date` field.
///
/// Confined to its loop.
final class ServerLoop {
    /// How often deadlines are looked at, which is also how late they may strike.
    static let period = TimeAmount.milliseconds(500)

    let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var timer: Scheduled<Void>?
    private var dateSecond = -1
    private var dateText = ""

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
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
    }

    /// Ends the connections: those without a request at once, the others with their next answer.
    func closeConnectionsSoon() {
        for connection in Array(self.connections.values) { connection.closeSoon() }
    }

    private func strike() {
        let now = NIODeadline.now()
        let expired = self.connections.values.filter { ($0.deadline ?? .distantFuture) <= now }
        for connection in expired { connection.expire(now: now) }
    }
}

@available(*, unavailable)
extension ServerLoop: Sendable {}
