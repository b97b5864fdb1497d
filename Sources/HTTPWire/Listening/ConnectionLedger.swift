public import ByteStreams
import Synchronization

/// Counts connections, in all and by address, for the caps. Used from every loop.
///
/// Beyond the ordinary connections there is a reserve. What comes on its connections is answered only if it shows a key, or
/// watches the hub, unless an ordinary connection has ended by then: who fills the hub can shut those out of nothing.
///
/// A connection that has had its last answer, and which is read on only so that its client sees that, holds neither place.
public final class ConnectionLedger: Sendable {
    /// How many there may be.
    public struct Caps: Hashable, Sendable {
        /// The most that are served.
        public var ordinary: Int
        /// The most beyond them.
        public var reserve: Int
        /// The most of one address; `nil` for no limit.
        public var perAddress: Int?

        /// The most that linger over their last answer.
        public var lingering: Int { self.reserve }

        /// Makes caps.
        public init(ordinary: Int, reserve: Int, perAddress: Int? = nil) {
            self.ordinary = ordinary
            self.reserve = reserve
            self.perAddress = perAddress
        }
    }

    fileprivate enum Place { case ordinary, reserve, lingering, none }

    private struct State {
        var ordinary = 0
        var reserve = 0
        var lingering = 0
        var byAddress: [ClientAddress: Int] = [:]

        mutating func add(_ address: ClientAddress) -> Int {
            self.byAddress[address, default: 0] += 1
            return self.byAddress[address] ?? 0
        }

        mutating func remove(_ address: ClientAddress) {
            guard let count = self.byAddress[address] else { return }
            self.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    /// How many there may be.
    public let caps: Caps
    private let state = Mutex(State())

    /// Makes a ledger without connections.
    public init(_ caps: Caps) {
        self.caps = caps
    }

    /// The connections that are open, but for those that linger.
    public var total: Int { self.state.withLock { $0.ordinary + $0.reserve } }

    /// The connections that linger.
    public var lingering: Int { self.state.withLock { $0.lingering } }

    /// Whether any connection is open.
    public var isInUse: Bool { self.state.withLock { $0.ordinary + $0.reserve + $0.lingering > 0 } }

    /// A connection has come.
    /// - Parameter address: Whose it is; `nil` if it carries requests of many.
    /// - Returns: Its place; `nil` if there is none.
    func open(from address: ClientAddress?) -> ConnectionSeat? {
        let key = address?.countedAs
        return self.state.withLock { state in
            let place: Place
            if state.ordinary < self.caps.ordinary {
                state.ordinary += 1
                place = .ordinary
            } else if state.reserve < self.caps.reserve {
                state.reserve += 1
                place = .reserve
            } else {
                return nil
            }
            let isOneTooMany =
                state.ordinary + state.reserve + state.lingering > self.caps.ordinary + self.caps.reserve
            return ConnectionSeat(
                self, place, key, count: key.map { state.add($0) } ?? 0, isOneTooMany: isOneTooMany)
        }
    }

    /// Counts a request that came through a proxy for its client's address.
    /// - Returns: The place in the count, to be released once, and how many there are now.
    public func lease(_ address: ClientAddress) -> (lease: AddressLease, count: Int) {
        let key = address.countedAs
        let count = self.state.withLock { $0.add(key) }
        return (AddressLease(ledger: self, key: key), count)
    }

    /// The address that holds the most connections.
    public var greatestHolder: (address: ClientAddress, count: Int)? {
        self.state.withLock { state in
            state.byAddress.max { $0.value < $1.value }.map { (address: $0.key, count: $0.value) }
        }
    }

    fileprivate func release(_ key: ClientAddress) {
        self.state.withLock { $0.remove(key) }
    }

    fileprivate func release(_ seat: ConnectionSeat) {
        self.state.withLock { state in
            switch seat.place {
            case .ordinary: state.ordinary -= 1
            case .reserve: state.reserve -= 1
            case .lingering: state.lingering -= 1
            case .none: return
            }
            if seat.place != .lingering, let key = seat.key { state.remove(key) }
            seat.place = .none
        }
    }

    fileprivate func linger(_ seat: ConnectionSeat) {
        self.state.withLock { state in
            switch seat.place {
            case .ordinary: state.ordinary -= 1
            case .reserve: state.reserve -= 1
            case .lingering, .none: return
            }
            state.lingering += 1
            seat.place = .lingering
            if let key = seat.key { state.remove(key) }
        }
    }

    fileprivate func promote(_ seat: ConnectionSeat) -> Bool {
        self.state.withLock { state in
            guard case .reserve = seat.place else { return true }
            guard state.ordinary < self.caps.ordinary else { return false }
            state.reserve -= 1
            state.ordinary += 1
            seat.place = .ordinary
            return true
        }
    }
}

/// The place of a connection in the ledger.
///
/// Sendable is safe without a check: what changes of it is touched only under the ledger's lock.
public final class ConnectionSeat: @unchecked Sendable {
    private let ledger: ConnectionLedger
    fileprivate let key: ClientAddress?
    fileprivate var place: ConnectionLedger.Place
    /// How many connections its address had when it came, itself included.
    let addressCount: Int
    /// Whether it came when all ordinary places were taken.
    public let beganInReserve: Bool
    /// Whether one that lingers has to go for it.
    let isOneTooMany: Bool

    fileprivate init(
        _ ledger: ConnectionLedger, _ place: ConnectionLedger.Place, _ key: ClientAddress?, count: Int,
        isOneTooMany: Bool
    ) {
        self.ledger = ledger
        self.place = place
        self.key = key
        self.addressCount = count
        self.beganInReserve = place == .reserve
        self.isOneTooMany = isOneTooMany
    }

    /// Takes an ordinary place if one has become free.
    /// - Returns: Whether it has an ordinary place now.
    public func becomeOrdinary() -> Bool { self.ledger.promote(self) }

    /// Gives the place to others; the connection is still counted as one that lingers.
    func linger() { self.ledger.linger(self) }

    /// Gives the place back; nothing happens if it was given back before.
    func release() { self.ledger.release(self) }
}

/// A place in the count of an address.
public struct AddressLease: Sendable {
    fileprivate let ledger: ConnectionLedger
    fileprivate let key: ClientAddress

    /// Gives the place back. Call it once.
    public func release() {
        self.ledger.release(self.key)
    }
}
