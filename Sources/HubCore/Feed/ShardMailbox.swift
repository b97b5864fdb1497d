/// Collects what a shard is to be told and hands it over in one go, so that a burst costs one hop between loops.
struct ShardMailbox: Sendable {
    private let deliver: @Sendable ([ShardOperation]) -> Void
    private var operations: [ShardOperation] = []

    /// Makes a mailbox.
    /// - Parameter deliver: Gets the operations in order, and hops to the shard's loop.
    init(deliver: @escaping @Sendable ([ShardOperation]) -> Void) {
        self.deliver = deliver
    }

    mutating func post(_ operation: ShardOperation) {
        self.operations.append(operation)
    }

    /// Adds that everything up to here has arrived, unless the last operation says so already.
    mutating func reach(_ offset: Offset) {
        switch self.operations.last {
        case .append(let event) where event.offset.predecessor >= offset: return
        case .reached: self.operations[self.operations.count - 1] = .reached(offset)
        default: self.operations.append(.reached(offset))
        }
    }

    mutating func flush() {
        guard !self.operations.isEmpty else { return }
        self.deliver(self.operations)
        self.operations.removeAll(keepingCapacity: true)
    }
}
