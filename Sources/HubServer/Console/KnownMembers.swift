import ByteStrings
import NIOCore

/// The other members of the cluster, as far as they have answered.
struct KnownMembers {
    /// How many may be known.
    static let limit = 256
    /// How often in a row a member may be missed.
    private static let patience = 2
    /// For how long nobody else is expected after all were waited for.
    private static let memory = TimeAmount.seconds(10)

    /// How often each was missed in a row.
    private var misses: [ByteString: Int] = [:]
    private var knownUntil = NIODeadline.distantPast

    /// Those that are waited for.
    var all: Set<ByteString> { Set(self.misses.keys) }

    /// Whether nobody else is expected: another one would have been heard lately.
    func areAll(at now: NIODeadline) -> Bool { now < self.knownUntil }

    /// A member has answered.
    mutating func add(_ member: ByteString) {
        if self.misses.count < Self.limit || self.misses[member] != nil { self.misses[member] = 0 }
    }

    /// A question was answered.
    /// - Parameters:
    ///   - heard: By whom.
    ///   - wereAllAwaited: Whether whoever else there is had time to answer.
    mutating func take(_ heard: Set<ByteString>, wereAllAwaited: Bool, at now: NIODeadline) {
        for member in self.all.subtracting(heard) { self.misses[member, default: 0] += 1 }
        for member in heard { self.add(member) }
        self.misses = self.misses.filter { $0.value < Self.patience }
        if wereAllAwaited { self.knownUntil = now + Self.memory }
    }
}
