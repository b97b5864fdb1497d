public import Logging
import NIOCore
import Synchronization

/// How many bytes clients may make the process hold at a time: what they send until it has been dealt with, and answers that
/// they do not read.
///
/// One for all loops. Connections take from it in coarse steps, and nothing at all for what nearly every request needs, so that
/// ordinary requests and the delivery of events never touch it. Strangers have three quarters: whoever may publish finds room
/// when they have filled theirs.
public final class ByteBudget: Sendable {
    /// For whom bytes are held, and how much of the budget may be taken for it.
    public enum Claimant: Sendable {
        /// Three quarters.
        case stranger
        /// Somebody who may publish: all of it.
        case publisher
        /// Somebody who watches the hub, and wants to know just when it is used up: a sixteenth more.
        case observer
    }

    /// What is taken at a time, in bytes.
    public static let stepBytes = 16 << 10
    /// What every connection may hold uncounted, in bytes.
    public static let freeBytes = 4 << 10
    /// How often a line of the log may say that it is used up.
    private static let logInterval = TimeAmount.seconds(30)

    /// All that there is, in bytes.
    public let limit: Int
    private let logger: Logger?
    private let taken = Atomic(0)
    private let refusalCount = Atomic(0)
    private let nextLine = Mutex(NIODeadline.uptimeNanoseconds(0))

    /// Makes a budget.
    /// - Parameters:
    ///   - limit: All that there is, in bytes.
    ///   - logger: Is told when it is used up, every 30 s at most.
    public init(limit: Int = 256 << 20, logger: Logger? = nil) {
        self.limit = limit
        self.logger = logger
    }

    /// What is taken now, in bytes.
    public var takenBytes: Int { self.taken.load(ordering: .relaxed) }

    /// How often something was refused for want of room.
    public var refusals: Int { self.refusalCount.load(ordering: .relaxed) }

    /// Whether there is room for something new; if not, its refusal is counted.
    /// - Parameter claimant: For whom.
    public func hasRoom(for claimant: Claimant) -> Bool {
        guard self.takenBytes + Self.stepBytes > self.limit(claimant) else { return true }
        self.noteRefusal()
        return false
    }

    fileprivate func take(_ count: Int, for claimant: Claimant) -> Bool {
        let after = self.taken.add(count, ordering: .relaxed).newValue
        guard after > self.limit(claimant) else { return true }
        self.give(count)
        self.noteRefusal()
        return false
    }

    fileprivate func give(_ count: Int) {
        self.taken.subtract(count, ordering: .relaxed)
    }

    private func limit(_ claimant: Claimant) -> Int {
        switch claimant {
        case .stranger: self.limit - self.limit / 4
        case .publisher: self.limit
        case .observer: self.limit + self.limit / 16
        }
    }

    private func noteRefusal() {
        self.refusalCount.add(1, ordering: .relaxed)
        guard let logger = self.logger else { return }
        let now = NIODeadline.now()
        let isDue = self.nextLine.withLock { next in
            guard now >= next else { return false }
            next = now + Self.logInterval
            return true
        }
        guard isDue else { return }
        logger.warning(
            "clients hold as many bytes as they may; what is new is refused",
            metadata: [
                "setting": "--max-buffered", "limit": "\(self.limit)", "held": "\(self.takenBytes)",
                "refused": "\(self.refusals)",
            ])
    }
}

/// What one connection has of a budget. Used only on its loop, and released when it closes.
public struct ByteShare {
    private let budget: ByteBudget
    private var taken = 0

    /// Makes a share with nothing in it.
    public init(of budget: ByteBudget) {
        self.budget = budget
    }

    /// Takes what is missing, or gives back what is too much.
    /// - Parameters:
    ///   - count: How many bytes the connection holds now.
    ///   - claimant: For whom.
    /// - Returns: Whether there was room. If not, the share stays as it was.
    public mutating func hold(_ count: Int, for claimant: ByteBudget.Claimant) -> Bool {
        guard count > ByteBudget.freeBytes || self.taken > 0 else { return true }
        let step = ByteBudget.stepBytes
        let needed = count > ByteBudget.freeBytes ? (count + step - 1) / step * step : 0
        if needed > self.taken {
            guard self.budget.take(needed - self.taken, for: claimant) else { return false }
        } else if needed < self.taken {
            self.budget.give(self.taken - needed)
        }
        self.taken = needed
        return true
    }

    /// Gives everything back.
    public mutating func release() {
        guard self.taken > 0 else { return }
        self.budget.give(self.taken)
        self.taken = 0
    }
}
