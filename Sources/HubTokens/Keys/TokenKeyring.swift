public import NIOCore
import Synchronization

/// The keys in force, those that were given and those of a set that is read again and again.
public final class TokenKeyring: Sendable {
    /// How many requests may wait for keys to be read again.
    private static let maximumWaiting = 1024
    /// How long after keys were read somebody may ask for it again: whoever shows tokens chooses the names of keys.
    static let patience = TimeAmount.seconds(30)

    private struct State {
        var given = TokenKeys() { didSet { self.change() } }
        var set = TokenKeys() { didSet { self.change() } }
        var all = TokenKeys()
        /// What the set was read from.
        var text: [UInt8] = []
        var generation = 0
        var lastRead: NIODeadline?
        var waiting: [EventLoopPromise<Void>] = []
        var isAsked = false

        mutating func replaceSet(with new: TokenKeySet) {
            self.text = new.text
            self.set = TokenKeys(new.keys)
        }

        private mutating func change() {
            self.all = self.given.adding(self.set)
            self.generation += 1
        }
    }

    private let eventLoop: any EventLoop
    private let state = Mutex(State())
    private let asks: AsyncStream<Void>.Continuation
    /// Tells that somebody wants the set to be read.
    let asked: AsyncStream<Void>

    /// Makes a keyring without keys.
    /// - Parameter eventLoop: Where those are told who wait for keys to be read.
    public init(on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        (self.asked, self.asks) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// All keys, and a number that is another one for other keys.
    public var current: (keys: TokenKeys, generation: Int) { self.state.withLock { ($0.all, $0.generation) } }

    /// Puts other given keys in force.
    public func replaceGiven(with keys: TokenKeys) {
        self.state.withLock { $0.given = keys }
    }

    /// Asks for the set to be read again, since a token names a key that is not there.
    /// - Returns: When it was tried; `nil` if that was a moment ago, or there is no set.
    public func readAgain(now: NIODeadline = .now()) -> EventLoopFuture<Void>? {
        self.state.withLock { state in
            guard let last = state.lastRead, state.waiting.count < Self.maximumWaiting else { return nil }
            if !state.isAsked {
                guard now - last >= Self.patience else { return nil }
                state.isAsked = true
                self.wake()
            }
            let promise = self.eventLoop.makePromise(of: Void.self)
            state.waiting.append(promise)
            return promise.futureResult
        }
    }

    /// It is time to read the set again.
    func wake() { self.asks.yield() }

    /// Whether the keys of a set count.
    var hasSet: Bool { self.state.withLock { !$0.set.isEmpty } }

    /// The keys of the set count no more.
    func dropSet() { self.state.withLock { $0.set = TokenKeys() } }

    /// It was tried to read the set.
    /// - Parameter set: What was read; `nil` if that failed, and its keys stay.
    func tried(_ set: TokenKeySet?, now: NIODeadline = .now()) {
        let waiting = self.state.withLock { state in
            defer { state.waiting = [] }
            // The same keys are no others: tokens that have held before need not be checked again.
            if let set, set.text != state.text || state.set.isEmpty { state.replaceSet(with: set) }
            state.lastRead = now
            state.isAsked = false
            return state.waiting
        }
        for promise in waiting { promise.succeed() }
    }
}
