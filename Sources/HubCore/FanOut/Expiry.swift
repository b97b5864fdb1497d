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

    let kind: Kind
    private let membership: Subscriber.Membership

    init(_ kind: Kind, of subscriber: Subscriber) {
        self.kind = kind
        self.membership = subscriber.membership
    }

    /// The stream; `nil` once it has ended.
    var subscriber: Subscriber? { self.membership.subscriber }
}
