import DequeModule

/// Events of a topic that arrive while its log is being read: the newest of them, and no more than a limit, however long
/// the reads take or fail.
struct EventBacklog {
    private let limit: RingLimit
    private var events: Deque<Event> = []
    private var byteCount = 0
    /// Events up to here may have been let go: a page that does not reach as far leaves a hole.
    private(set) var forgotten = Offset.zero

    /// Makes an empty backlog.
    init(limit: RingLimit) {
        self.limit = limit
    }

    /// Adds an event, and lets the oldest go where the limit is passed.
    mutating func append(_ event: Event) {
        self.events.append(event)
        self.byteCount += event.byteCount
        while self.events.count > self.limit.count || self.byteCount > self.limit.byteCount {
            guard self.events.count > 1, let oldest = self.popFirst() else { return }
            self.forgotten = max(self.forgotten, oldest.offset)
        }
    }

    /// Takes out the oldest event.
    mutating func popFirst() -> Event? {
        guard let event = self.events.popFirst() else { return nil }
        self.byteCount -= event.byteCount
        return event
    }

    /// Puts an event back before all others.
    mutating func prepend(_ event: Event) {
        self.events.prepend(event)
        self.byteCount += event.byteCount
    }

    /// Forgets everything, and that anything was let go: what comes is read anew, or can't be compared.
    mutating func removeAll() {
        self = EventBacklog(limit: self.limit)
    }
}
