import HubCore
import RedisWire

extension ScriptReply {
    /// Reads the answer of the topics script.
    func summaries() throws(MalformedMessage) -> [TopicSummary] {
        var result: [TopicSummary] = []
        for value in try self.array(1) {
            result.append(try self.summary(value))
        }
        return result
    }

    private func summary(_ value: RESPValue) throws(MalformedMessage) -> TopicSummary {
        guard let fields = value.array, fields.count == 4, let name = fields[0].string, let topic = try? Topic(name),
            let count = fields[1].integer
        else { throw MalformedMessage("with a topic that is none") }
        let oldest = fields[2].isNull ? nil : try Offset(reply: fields[2].string)
        let last = try Offset(reply: fields[3].string)
        return TopicSummary(
            topic: topic, eventCount: Int(count),
            oldest: oldest.map { EventID(epoch: self.place.epoch, offset: $0) },
            latest: EventID(epoch: self.place.epoch, offset: last))
    }
}
