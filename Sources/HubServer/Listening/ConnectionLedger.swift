import Synchronization

/// Counts connections, in all and by address, for the caps. Used from every loop.
final class ConnectionLedger: Sendable {
    private struct State {
        var total = 0
        var byAddress: [ClientAddress: Int] = [:]
    }

    private let state = Mutex(State())
    /// The most connections; beyond it requests are turned away.
    let maximum: Int
    /// The most connections of one address; `nil` for no limit.
    let maximumPerAddress: Int?

    init(maximum: Int, maximumPerAddress: Int?) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
    }

    /// The connections that are open.
    var total: Int { self.state.withLock { $0.total } }

    /// A connection has come.
    /// - Returns: How many there are now.
    func open() -> Int {
        self.state.withLock { state in
            state.total += 1
            return state.total
        }
    }

    /// A connection is gone.
    func close() {
        self.state.withLock { $0.total -= 1 }
    }

    /// Counts a connection, or a request through a proxy, for its address.
    /// - Returns: The place in the count, to be released once, and how many there are now.
    func lease(_ address: ClientAddress) -> (lease: AddressLease, count: Int)? {
        guard self.maximumPerAddress != nil else { return nil }
        let key = address.countedAs
        let count = self.state.withLock { state in
            state.byAddress[key, default: 0] += 1
            return state.byAddress[key] ?? 0
        }
        return (AddressLease(ledger: self, key: key), count)
    }

    fileprivate func release(_ key: ClientAddress) {
        self.state.withLock { state in
            guard let count = state.byAddress[key] else { return }
            state.byAddress[key] = count > 1 ? count - 1 : nil
        }
    }
}

/// A place in the count of an address.
struct AddressLease: Sendable {
    fileprivate let ledger: ConnectionLedger
    fileprivate let key: ClientAddress

    /// Gives the place back. Call it once.
    func release() {
        self.ledger.release(self.key)
    }
}
