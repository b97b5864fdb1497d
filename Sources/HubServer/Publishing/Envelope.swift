import HubCore
import NIOHTTP1

/// A publication as JSON: `{"topic":…|[…],"event":…,"data":…,"retry":…,"key":…}`.
struct Envelope {
    private var topics: [Topic] = []
    private var name: EventName?
    private var data: EventData?
    private var retry: RetryHint?
    private(set) var key: IdempotencyKey?

    /// Reads an envelope.
    /// - Parameters:
    ///   - bytes: The text of one JSON object, UTF-8, checked.
    ///   - maximumTopics: How many topics it may name.
    static func read(_ bytes: ArraySlice<UInt8>, maximumTopics: Int) throws(Problem) -> Envelope {
        var envelope = Envelope()
        var reader = JSONReader(bytes)
        var seen: Set<String> = []
        do throws(JSONReader.Fault) {
            try reader.readObject { (name, reader) throws(JSONReader.Fault) in
                guard seen.insert(name).inserted else {
                    throw JSONReader.Fault(description: "the field '\(Self.shown(name))' is there twice")
                }
                try envelope.read(name, from: &reader)
            }
            try reader.readEnd()
        } catch {
            throw Problem(.badRequest, error.description)
        }
        guard envelope.topics.count <= maximumTopics else {
            throw Problem(.badRequest, "an event may have \(maximumTopics) topics at most (--max-topics-per-stream)")
        }
        return envelope
    }

    /// The publication.
    /// - Parameter key: The `Idempotency-Key` of the request, if it has one.
    func publication(key: IdempotencyKey?) throws(Problem) -> Publication {
        guard let data = self.data else { throw Problem(.badRequest, "the field 'data' is missing") }
        if let key, let own = self.key, key != own {
            throw Problem(.badRequest, "the field 'key' and the Idempotency-Key field differ; give one of them")
        }
        do throws(InvalidEvent) {
            return try Publication(
                topics: self.topics, name: self.name, data: data, retry: self.retry, key: self.key ?? key)
        } catch {
            throw Problem(error)
        }
    }

    private mutating func read(_ name: String, from reader: inout JSONReader) throws(JSONReader.Fault) {
        do throws(InvalidEvent) {
            switch name {
            case "topic": self.topics = try Self.topics(&reader)
            case "event":
                self.name = try Self.text(name, &reader).map { text throws(InvalidEvent) in try EventName(text) }
            case "data": self.data = try Self.data(&reader)
            case "retry": self.retry = try Self.retry(&reader)
            case "key":
                self.key = try Self.text(name, &reader).map { text throws(InvalidEvent) in try IdempotencyKey(text) }
            default:
                throw InvalidEvent(
                    "the field '\(Self.shown(name))' is unknown; known are topic, event, data, retry, key")
            }
        } catch {
            throw JSONReader.Fault(description: error.description)
        }
    }

    private static func topics(_ reader: inout JSONReader) throws(InvalidEvent) -> [Topic] {
        guard reader.peekValue() == UInt8(ascii: "[") else {
            let text = try self.text("topic", &reader)
            return [try Topic(text ?? "")]
        }
        var topics: [Topic] = []
        var invalid: InvalidEvent?
        do throws(JSONReader.Fault) {
            try reader.readArray { (reader) throws(JSONReader.Fault) in
                let value = try reader.readValue()
                do throws(InvalidEvent) {
                    guard let text = value.string else { throw InvalidEvent("every topic must be a string") }
                    topics.append(try Topic(String(decoding: text, as: UTF8.self)))
                } catch {
                    invalid = invalid ?? error
                }
            }
        } catch {
            throw InvalidEvent(error.description)
        }
        if let invalid { throw invalid }
        return topics
    }

    private static func text(_ name: String, _ reader: inout JSONReader) throws(InvalidEvent) -> String? {
        let value = try self.value(&reader)
        if value.form == .null, name != "topic" { return nil }
        guard let text = value.string else { throw InvalidEvent("the field '\(name)' must be a string") }
        return String(decoding: text, as: UTF8.self)
    }

    private static func data(_ reader: inout JSONReader) throws(InvalidEvent) -> EventData {
        let value = try self.value(&reader)
        return try EventData(validating: value.string ?? Array(value.text))
    }

    private static func retry(_ reader: inout JSONReader) throws(InvalidEvent) -> RetryHint? {
        let value = try self.value(&reader)
        if value.form == .null { return nil }
        guard value.form == .number, let number = Int(String(decoding: value.text, as: UTF8.self)) else {
            throw InvalidEvent("the field 'retry' must be a whole number of milliseconds")
        }
        return try RetryHint(milliseconds: number)
    }

    private static func value(_ reader: inout JSONReader) throws(InvalidEvent) -> JSONReader.Value {
        do throws(JSONReader.Fault) {
            return try reader.readValue()
        } catch {
            throw InvalidEvent(error.description)
        }
    }

    /// A name that the client made up, cut to a length that fits a line.
    private static func shown(_ name: String) -> String {
        name.count <= 64 ? name : name.prefix(64) + "…"
    }
}
