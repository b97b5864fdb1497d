import HubCore
import RedisWire

/// What a script answered: the place of the clock, then what is particular to the script.
struct ScriptReply {
    /// The epoch in force, and the highest offset that any event has.
    let place: EventID

    private let elements: [RESPValue]

    init(_ value: RESPValue) throws(MalformedMessage) {
        guard let elements = value.array, let first = elements.first?.string, let place = EventID(first) else {
            throw MalformedMessage("without a place")
        }
        self.place = place
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
