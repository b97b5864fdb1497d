import HubCore
import RedisWire

extension ScriptReply {
    /// Reads the answer of the topics script. What is not a topic is passed over: somebody else wrote it.
    /// - Returns: The topics; and the name after which there may be more.
    func summaries() throws(MalformedMessage) -> (topics: [TopicSummary], after: [UInt8]?) {
        var result: [TopicSummary] = []
        for value in try self.array(1) {
            if let summary = try self.summary(value) { result.append(summary) }
        }
        return (result, self.isNull(2) ? nil : try self.bytes(2))
    }

    private func summary(_ value: RESPValue) throws(MalformedMessage) -> TopicSummary? {
        guard let fields = value.array, fields.count == 4, let name = fields[0].bytes, let count = fields[1].integer
        else {
            throw MalformedMessage("with a topic that is none")
        }
        guard let text = String(validating: name, as: UTF8.self), let topic = try? Topic(text) else { return nil }
        let oldest = fields[2].isNull ? nil : try Offset(reply: fields[2].string)
        let last = try Offset(reply: fields[3].string)
        return TopicSummary(
            topic: topic, eventCount: Int(count),
            oldest: oldest.map { EventID(epoch: self.place.epoch, offset: $0) },
            latest: EventID(epoch: self.place.epoch, offset: last))
    }
}
