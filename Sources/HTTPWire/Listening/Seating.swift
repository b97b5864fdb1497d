public import ByteStreams
import NIOCore

/// Gives connections their places, and the streams of one that carries several; where there is no ordinary place, a connection that
/// has said nothing goes for the newcomer. Used from every loop.
final class Seating: Sendable {
    private let ledger: ConnectionLedger
    private let counters: ConnectionCounters
    private let log: ListeningLog
    private let loops: [NIOLoopBound<ConnectionLoop>]

    init(
        _ ledger: ConnectionLedger, counters: ConnectionCounters, loops: [NIOLoopBound<ConnectionLoop>],
        log: ListeningLog
    ) {
        self.ledger = ledger
        self.counters = counters
        self.loops = loops
        self.log = log
    }

    /// Gives a newcomer a place.
    /// - Parameters:
    ///   - address: Where it comes from.
    ///   - isProxy: Whether it may come for many clients; those are counted request by request.
    ///   - loop: Its loop.
    /// - Returns: Who it is; `nil` if there is no place.
    func admit(_ address: ClientAddress?, isProxy: Bool, on loop: ConnectionLoop) -> Peer? {
        guard let seat = self.seat(for: isProxy ? nil : address, on: loop) else {
            self.counters.reject()
            return nil
        }
        let isOverAddressCap = seat.addressCount > self.ledger.caps.perAddress ?? .max
        if isOverAddressCap {
            self.counters.turnAway()
            self.log.isFull(address, seat.addressCount)
        }
        return Peer(address: address, isProxy: isProxy, isOverAddressCap: isOverAddressCap, seat: seat)
    }

    /// The process can't take another connection for want of something: one that is of little use goes.
    func makeRoom() {
        self.makeRoom(from: nil) { $0.closeLingeringConnection() || self.closeSilentConnection(of: $0) }
    }

    private func seat(for address: ClientAddress?, on loop: ConnectionLoop) -> ConnectionSeat? {
        let seat = self.ledger.open(from: address)
        if seat?.isOneTooMany == true, !loop.closeLingeringConnection() {
            self.makeRoom(from: loop) { $0.closeLingeringConnection() }
        }
        if let seat, !seat.beganInReserve { return seat }
        self.log.isFull(self.ledger)
        guard self.closeSilentConnection(of: loop) else {
            self.makeRoom(from: loop) { self.closeSilentConnection(of: $0) }
            return seat
        }
        return seat ?? self.ledger.open(from: address)
    }

    private func closeSilentConnection(of loop: ConnectionLoop) -> Bool {
        guard loop.closeSilentConnection() else { return false }
        self.counters.replace()
        return true
    }

    /// Closes a connection of one of the other loops, the first that has one.
    private func makeRoom(from loop: ConnectionLoop?, _ close: @escaping @Sendable (ConnectionLoop) -> Bool) {
        let start = self.loops.firstIndex { $0.eventLoop === loop?.eventLoop }.map { $0 + 1 } ?? 0
        self.makeRoom(at: start, remaining: self.loops.count - (loop == nil ? 0 : 1), close)
    }

    private func makeRoom(at index: Int, remaining: Int, _ close: @escaping @Sendable (ConnectionLoop) -> Bool) {
        guard remaining > 0 else { return }
        let loop = self.loops[index % self.loops.count]
        loop.eventLoop.execute {
            guard !close(loop.value) else { return }
            self.makeRoom(at: index + 1, remaining: remaining - 1, close)
        }
    }
}

/// Who is at the other end of a connection, as far as the connection itself tells.
public struct Peer: Sendable {
    /// The address; `nil` on a Unix socket.
    public let address: ClientAddress?
    /// Whether it is a proxy whose word on the client's address counts.
    public let isProxy: Bool
    /// Whether its address had as many connections as it may when it came.
    public let isOverAddressCap: Bool
    /// Its place among the connections.
    public let seat: ConnectionSeat
    /// Whether its last request that needed a key had a right one.
    public var hasShownKey = false

    /// Whether it is served at all only for the sake of some requests, and then closed.
    public var isExcess: Bool { self.isOverAddressCap || self.seat.beganInReserve }
}
