import ByteStrings

/// Topics in the order of their names' bytes, so that a page of them needs no look at all the others.
///
/// They stand in sorted blocks, which are in order themselves: to find a place takes two binary searches, and to make room moves
/// the rest of one block. A topic costs 16 to 32 bytes beside its name, which is shared.
struct TopicIndex {
    private static let blockCapacity = 512

    /// None of them is empty.
    private var blocks: [[Topic]] = []

    /// Takes a topic in; nothing happens if it is there.
    mutating func insert(_ topic: Topic) {
        guard !self.blocks.isEmpty else { return self.blocks.append([topic]) }
        let index = self.block(for: topic)
        let place = Self.place(of: topic, in: self.blocks[index])
        guard place == self.blocks[index].count || self.blocks[index][place] != topic else { return }
        guard self.blocks[index].count >= Self.blockCapacity else {
            return self.blocks[index].insert(topic, at: place)
        }
        // Names often come in order: the last block then stays full instead of being cut into halves.
        if place == Self.blockCapacity, index == self.blocks.count - 1 { return self.blocks.append([topic]) }
        self.split(index)
        self.insert(topic)
    }

    /// Takes a topic out; nothing happens if it is not there.
    mutating func remove(_ topic: Topic) {
        guard !self.blocks.isEmpty else { return }
        let index = self.block(for: topic)
        let place = Self.place(of: topic, in: self.blocks[index])
        guard place < self.blocks[index].count, self.blocks[index][place] == topic else { return }
        self.blocks[index].remove(at: place)
        self.join(index)
    }

    /// The next topics after a name, which need not be one of them.
    /// - Parameters:
    ///   - topic: The name; `nil` for the first topics.
    ///   - limit: How many at most.
    func topics(after topic: Topic?, limit: Int) -> [Topic] {
        guard !self.blocks.isEmpty, limit > 0 else { return [] }
        var index = 0
        var place = 0
        if let topic {
            index = self.block(for: topic)
            place = Self.place(of: topic, in: self.blocks[index])
            if place < self.blocks[index].count, self.blocks[index][place] == topic { place += 1 }
        }
        var topics: [Topic] = []
        while index < self.blocks.count, topics.count < limit {
            topics += self.blocks[index][place...].prefix(limit - topics.count)
            (index, place) = (index + 1, 0)
        }
        return topics
    }

    private mutating func split(_ index: Int) {
        let half = self.blocks[index].count / 2
        let upper = Array(self.blocks[index][half...])
        self.blocks[index].removeLast(upper.count)
        self.blocks.insert(upper, at: index + 1)
    }

    /// After a removal: an empty block goes, and two that are small become one, so that blocks stay far fewer than topics.
    private mutating func join(_ index: Int) {
        if self.blocks[index].isEmpty { self.blocks.remove(at: index) }
        for first in [index, index - 1] where first >= 0 && first + 1 < self.blocks.count {
            let count = self.blocks[first].count + self.blocks[first + 1].count
            if count <= Self.blockCapacity / 2 { self.blocks[first] += self.blocks.remove(at: first + 1) }
        }
    }

    /// The last block that begins at or before a topic, or else the first.
    private func block(for topic: Topic) -> Int {
        max(0, self.blocks.partitionPoint { !topic.precedes($0[0]) } - 1)
    }

    /// Where a topic is in a block, or would be.
    private static func place(of topic: Topic, in block: [Topic]) -> Int {
        block.partitionPoint { $0.precedes(topic) }
    }
}

extension Topic {
    /// Whether the name's bytes come before another's.
    fileprivate func precedes(_ other: Topic) -> Bool {
        ByteString(self.name) < ByteString(other.name)
    }
}

extension Array {
    /// How many elements at the beginning fulfil a condition that none fulfils after the first that does not.
    fileprivate func partitionPoint(_ isBefore: (Element) -> Bool) -> Int {
        var (low, high) = (0, self.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
