import HubCore
import RedisWire

extension ScriptReply {
    /// Reads the answer of the publish script.
    func published(_ publications: [Publication]) throws(MalformedMessage) -> [PublishedEvent] {
        let ids = try self.array(1)
        let repeats = try self.array(2)
        guard ids.count == publications.count, repeats.count == publications.count else {
            throw MalformedMessage("with another number of ids than of publications")
        }
        var result: [PublishedEvent] = []
        result.reserveCapacity(ids.count)
        for (index, publication) in publications.enumerated() {
            guard let text = ids[index].string, let id = EventID(text) else {
                throw MalformedMessage("without an id where one belongs")
            }
            let isRepeat = repeats[index].integer == 1
            result.append(PublishedEvent(id: id, topics: publication.topics, isRepeat: isRepeat))
        }
        return result
    }
}
