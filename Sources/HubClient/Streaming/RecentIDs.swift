import ByteStrings

/// The ids of the last events of a stream, so that none is given out twice whatever a server does.
struct RecentIDs: Hashable, Sendable {
    private let capacity: Int
    private var ids: Set<ByteString> = []
    private var ring: [ByteString] = []
    private var next = 0

    init(capacity: Int = 1024) {
        self.capacity = capacity
    }

    /// Remembers an id.
    /// - Returns: Whether it is new.
    mutating func insert(_ id: String) -> Bool {
        let id = ByteString(id)
        guard self.ids.insert(id).inserted else { return false }
        guard self.ring.count == self.capacity else {
            self.ring.append(id)
            return true
        }
        self.ids.remove(self.ring[self.next])
        self.ring[self.next] = id
        self.next = (self.next + 1) % self.capacity
        return true
    }
}
