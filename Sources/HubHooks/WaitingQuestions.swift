import ByteStreams

/// How many questions wait for an application, and whose. An application that is slow costs whoever it is asked about a refusal, and
/// nobody else anything; and one client does not take all the places.
struct WaitingQuestions {
    private static let maximumCount = 256
    private static let maximumCountOfOneClient = 32
    /// Of all that wait together.
    private static let maximumBytes = 64 << 20

    private var counts: [ClientAddress: Int] = [:]
    private(set) var count = 0
    private var byteCount = 0

    /// Takes in a question, if there is a place for it.
    mutating func enter(_ client: ClientAddress, byteCount: Int) -> Bool {
        guard self.count < Self.maximumCount, self.byteCount + byteCount <= Self.maximumBytes,
            self.counts[client.countedAs, default: 0] < Self.maximumCountOfOneClient
        else { return false }
        self.counts[client.countedAs, default: 0] += 1
        self.count += 1
        self.byteCount += byteCount
        return true
    }

    /// A question is answered, or waits no longer.
    mutating func leave(_ client: ClientAddress, byteCount: Int) {
        self.count -= 1
        self.byteCount -= byteCount
        let rest = self.counts[client.countedAs, default: 0] - 1
        self.counts[client.countedAs] = rest > 0 ? rest : nil
    }
}
