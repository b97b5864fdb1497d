import HubCore

/// An outlet at the end of a connection. Used only on the channel's loop.
protocol StreamOutlet: Outlet {
    /// The outlet's subscription. It calls `resume` when it takes more again, and `leave` when it wants no more.
    var subscription: StreamSubscription? { get set }

    /// The connection is gone, and its descriptor may soon be another's.
    func connectionClosed()
}
