import HubCore
import RedisWire

extension ScriptReply {
    /// Reads the answer of the read script.
    /// - Parameters:
    ///   - topic: Whose log was read.
    ///   - chain: What was read of the range before, without finding an event.
    /// - Returns: The page; and where to read on if all that was found is to be passed over, and there is more.
    func page(of topic: Topic, _ chain: inout LogChain) throws(MalformedMessage) -> (page: LogPage, readOn: Offset?) {
        let last = self.isNull(2) ? nil : try self.offset(2)
        let (passed, isAtEnd) = try self.add(to: &chain, of: topic, last: last ?? .zero)
        let hasMore = try self.integer(3) == 1 && (chain.isTail || !isAtEnd)
        if chain.isTail || !hasMore, let last { chain.miss(last) }
        var page = LogPage(
            epoch: self.position.epoch, clock: self.position.offset, floor: try self.offset(1), last: last,
            entries: chain.entries, hasMore: hasMore || chain.isCut)
        guard let reigns = Reigns(try self.text(5)) else { throw MalformedMessage("without reigns where they belong") }
        page.reigns = reigns
        return (page, hasMore && page.entries.isEmpty ? passed : nil)
    }

    /// Adds the entries, but those after the topic's last event: they were never published.
    /// - Returns: The last of them; and whether there were any after the topic's last event.
    private func add(
        to chain: inout LogChain, of topic: Topic, last: Offset
    ) throws(MalformedMessage) -> (passed: Offset?, isAtEnd: Bool) {
        var passed: Offset?
        for value in try self.array(4) {
            guard let entry = try LogEntry(value, of: topic, in: self.position.epoch), entry.offset <= last else {
                return (passed, true)
            }
            guard passed.map({ entry.offset > $0 }) ?? true else {
                throw MalformedMessage("with entries that do not rise")
            }
            passed = entry.offset
            chain.add(entry)
        }
        return (passed, false)
    }
}
