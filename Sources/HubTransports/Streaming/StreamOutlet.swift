import HTTPWire
import HubCore
import HubDoor
import NIOCore

/// An outlet at the end of a connection. Used only on the loop of its exchange.
protocol StreamOutlet: Outlet, ExchangeObserver {
    /// The outlet's subscription. It is resumed when the outlet takes more again, and left when it wants no more.
    var subscription: Subscription? { get }

    /// Whether its client may ask for other topics.
    var isChangeable: Bool { get }

    /// Whether it is over before anything that its client has shown could end.
    var isMomentary: Bool { get }

    /// Keeps a subscription, or lets go of it.
    func attach(_ subscription: Subscription?)

    /// The connection is gone, and its descriptor may soon be another's.
    func disconnect()
}

extension StreamOutlet {
    /// Most streams keep their topics.
    var isChangeable: Bool { false }

    /// Most streams last.
    var isMomentary: Bool { false }

    /// Serves a request: subscribes to what it asks for, until the client leaves or the hub ends it.
    func serve(
        _ request: StreamRequest, _ exchange: any HTTPExchange, lifetime: TimeAmount? = nil, in session: Session
    ) {
        exchange.observe(self)
        self.attach(
            session.subscribe(
                self, to: request.topics, from: request.start, lifetime: lifetime, isMomentary: self.isMomentary,
                isChangeable: self.isChangeable, on: exchange.eventLoop))
    }

    func becameWritable() {
        self.subscription?.resume()
    }

    func connectionClosed() {
        self.disconnect()
        self.subscription?.leave()
        self.attach(nil)
    }
}
