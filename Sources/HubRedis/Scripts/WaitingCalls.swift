/// The calls that wait to be tried again. Bounded: what goes on being published while a cluster is down must not pile up.
/// Confined to the bus's loop.
final class WaitingCalls {
    private static let (mostCalls, mostBytes) = (16_384, 64 << 20)

    private var calls = 0
    private var bytes = 0

    /// Lets a call wait.
    /// - Returns: Whether there is room.
    func enter(_ bytes: Int) -> Bool {
        guard self.calls < Self.mostCalls, self.calls == 0 || self.bytes + bytes <= Self.mostBytes else { return false }
        self.calls += 1
        self.bytes += bytes
        return true
    }

    func leave(_ bytes: Int) {
        self.calls -= 1
        self.bytes -= bytes
    }
}
