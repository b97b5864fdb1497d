import ByteStreams
import DequeModule
import HTTPWire
import NIOCore
import Synchronization

/// Makes an address wait that has shown too many wrong keys, so that keys can't be found by trying.
///
/// An address is one of IPv4, or a /64 network of IPv6. The table is bounded, whoever fills it: the oldest entry goes first.
final class GuessLimit: Sendable {
    /// How many wrong keys an address may show before it waits.
    static let maximumGuesses = 10
    /// For how long it waits from the last of them, and how long the first ones count.
    static let wait = TimeAmount.seconds(60)

    private struct Entry {
        var guesses = 0
        var ends: NIODeadline
    }

    private struct State {
        var entries: [ClientAddress: Entry] = [:]
        /// The addresses of the entries, each once, with an end that may have moved further since.
        var order: Deque<(address: ClientAddress, ends: NIODeadline)> = []
    }

    private let maximumAddresses: Int
    private let state = Mutex(State())

    /// Makes a limit.
    /// - Parameter maximumAddresses: How many addresses are remembered.
    init(maximumAddresses: Int = 16_384) {
        self.maximumAddresses = maximumAddresses
    }

    /// How many addresses are remembered.
    var addressCount: Int { self.state.withLock { $0.entries.count } }

    /// How long an address has to wait before it may show another key.
    /// - Returns: Seconds; `nil` if it need not wait.
    func secondsToWait(_ address: ClientAddress, now: NIODeadline = .now()) -> Int? {
        self.state.withLock { state in
            guard let entry = state.entries[address.countedAs], entry.guesses >= Self.maximumGuesses, entry.ends > now
            else { return nil }
            return Int((entry.ends - now).nanoseconds / 1_000_000_000) + 1
        }
    }

    /// An address has shown a wrong key.
    /// - Returns: Whether it has to wait from now on.
    func countWrongKey(of address: ClientAddress, now: NIODeadline = .now()) -> Bool {
        let key = address.countedAs
        return self.state.withLock { state in
            self.forget(&state, now)
            guard var entry = state.entries[key], entry.ends > now else {
                if state.entries.updateValue(Entry(guesses: 1, ends: now + Self.wait), forKey: key) == nil {
                    state.order.append((key, now + Self.wait))
                }
                return false
            }
            entry.guesses += 1
            if entry.guesses >= Self.maximumGuesses { entry.ends = now + Self.wait }
            state.entries[key] = entry
            return entry.guesses == Self.maximumGuesses
        }
    }

    /// Forgets what is over, and makes room for one more.
    private func forget(_ state: inout State, _ now: NIODeadline) {
        while let first = state.order.first {
            let isFull = state.entries.count >= self.maximumAddresses
            guard isFull || first.ends <= now else { return }
            state.order.removeFirst()
            if let entry = state.entries[first.address], entry.ends > now, !isFull {
                state.order.append((first.address, entry.ends))
            } else {
                state.entries[first.address] = nil
            }
        }
    }
}
