import NIOCore

/// Decides when publish requests leave for Redis: at once, or together with those that come right after them.
///
/// Each call wakes Redis and every hub, which costs far more than one more event in a call that is made anyway. So a hub that
/// publishes all the time lets a request wait for others, for a window at most. Nobody waits in vain for long: a request after
/// a quiet window leaves at once, and whether waiting gathers any others is tried only now and then. In between a group leaves
/// as soon as it has as many requests as came then, so that publishers who wait for their answers before they go on are not
/// held up.
struct PublishGrouping {
    enum Action: Equatable {
        /// The group leaves now.
        case leave
        /// The group leaves then, if it still waits.
        case wait(until: NIODeadline)
        /// The group waits already.
        case join
    }

    /// How long a request waits at most.
    let window: TimeAmount
    /// How often it is tried whether waiting gathers any others.
    let trialInterval: TimeAmount

    private var count = 0
    /// How many requests are worth waiting for.
    private var target = 1
    private var deadline: NIODeadline?
    private var isTrial = false
    private var nextTrial = NIODeadline.distantPast
    private var lastDeparture: NIODeadline?

    init(window: TimeAmount = .milliseconds(4), trialInterval: TimeAmount = .milliseconds(200)) {
        self.window = window
        self.trialInterval = trialInterval
    }

    /// A request joins the group.
    mutating func add(at now: NIODeadline) -> Action {
        self.count += 1
        let isFirst = self.count == 1
        if isFirst {
            guard let last = self.lastDeparture, now - last < self.window else { return .leave }
            self.startWaiting(at: now)
        }
        guard self.isTrial || self.count < self.target else { return .leave }
        return isFirst ? .wait(until: now + self.window) : .join
    }

    /// Whether a group has waited long enough.
    func isDue(at now: NIODeadline) -> Bool {
        self.deadline.map { $0 <= now } ?? false
    }

    /// The group leaves.
    mutating func leave(at now: NIODeadline) {
        if self.isTrial {
            self.target = self.count
        } else if self.deadline != nil, self.count < self.target {
            self.target = (self.target + self.count) / 2
        }
        self.count = 0
        self.deadline = nil
        self.isTrial = false
        self.lastDeparture = now
    }

    private mutating func startWaiting(at now: NIODeadline) {
        self.deadline = now + self.window
        self.isTrial = now >= self.nextTrial
        if self.isTrial { self.nextTrial = now + self.trialInterval }
    }
}
