import ByteStrings
import HubCore
import RedisWire

/// What a script answered: the position of the clock, then what is particular to the script.
struct ScriptReply {
    /// The epoch in force, and the highest offset that any event has.
    let position: EventID

    private let elements: [RESPValue]

    init(_ value: RESPValue) throws(MalformedMessage) {
        guard let elements = value.array, let first = elements.first?.string, let position = EventID(first) else {
            throw MalformedMessage("without a position")
        }
        self.position = position
        self.elements = elements
    }

    /// Whether the script answered nothing there.
    func isNull(_ index: Int) -> Bool {
        !self.elements.indices.contains(index) || self.elements[index].isNull
    }

    func array(_ index: Int) throws(MalformedMessage) -> [RESPValue] {
        guard self.elements.indices.contains(index), let array = self.elements[index].array else {
            throw MalformedMessage("without an array where one belongs")
        }
        return array
    }

    func integer(_ index: Int) throws(MalformedMessage) -> Int64 {
        guard self.elements.indices.contains(index), let integer = self.elements[index].integer else {
            throw MalformedMessage("without a number where one belongs")
        }
        return integer
    }

    func text(_ index: Int) throws(MalformedMessage) -> String {
        guard self.elements.indices.contains(index), let text = self.elements[index].string else {
            throw MalformedMessage("without a text where one belongs")
        }
        return text
    }

    func bytes(_ index: Int) throws(MalformedMessage) -> [UInt8] {
        guard self.elements.indices.contains(index), let bytes = self.elements[index].bytes else {
            throw MalformedMessage("without a text where one belongs")
        }
        return bytes
    }

    /// Names of topics, which may be anything where somebody else wrote them.
    func names(_ index: Int) throws(MalformedMessage) -> [[UInt8]] {
        try self.array(index).map { name throws(MalformedMessage) in
            guard let bytes = name.bytes else { throw MalformedMessage("without a text where one belongs") }
            return bytes
        }
    }

    func offset(_ index: Int) throws(MalformedMessage) -> Offset {
        try Offset(reply: try self.text(index))
    }
}

extension Offset {
    /// Reads `ms-seq`, the form of the ids of Redis streams.
    init(reply text: String?) throws(MalformedMessage) {
        guard let text, let offset = Offset(streamID: text) else {
            throw MalformedMessage("without an offset where one belongs")
        }
        self = offset
    }
}

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

extension ScriptReply {
    /// Reads the answer of the topics script. What is not a topic is passed over: somebody else wrote it.
    /// - Parameter count: How many topics were asked for.
    /// - Returns: The topics that are there; and how many were looked at.
    func summaries(of count: Int) throws(MalformedMessage) -> (topics: [TopicSummary], looked: Int) {
        var result: [TopicSummary] = []
        for value in try self.array(1) {
            if let summary = try self.summary(value) { result.append(summary) }
        }
        return (result, min(max(0, Int(clamping: try self.integer(2))), count))
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
            oldest: oldest.map { EventID(epoch: self.position.epoch, offset: $0) },
            latest: EventID(epoch: self.position.epoch, offset: last))
    }
}

extension ScriptReply {
    /// Reads the answer of the revoked script.
    func revocations() throws(MalformedMessage) -> [Revocation] {
        let values = try self.array(1)
        guard values.count.isMultiple(of: 2) else { throw MalformedMessage("with a subject without a time") }
        var revocations: [Revocation] = []
        for index in stride(from: 0, to: values.count, by: 2) {
            guard let subject = values[index].bytes, let time = values[index + 1].string.flatMap(Double.init),
                (0...0x1p53).contains(time)
            else { throw MalformedMessage("with a revocation that is none") }
            revocations.append(Revocation(subject: ByteString(decoding: subject), time: UInt64(time)))
        }
        return revocations
    }
}
