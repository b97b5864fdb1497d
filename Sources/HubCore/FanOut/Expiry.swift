/// What becomes of a stream when its time has come.
struct Expiry {
    enum Kind {
        /// The head of the answer has to be sent.
        case opening
        case heartbeat
        case close(CloseReason)
        /// The outlet should have taken something of its backlog.
        case stalled(stall: Int, backlog: Int)
    }

    /// Held weakly: a stream that has ended, such as a long poll that was answered, does not stay until its time would
    /// have come.
    weak var subscriber: Subscriber?
    let kind: Kind

    init(_ kind: Kind, of subscriber: Subscriber) {
        self.subscriber = subscriber
        self.kind = kind
    }
}
