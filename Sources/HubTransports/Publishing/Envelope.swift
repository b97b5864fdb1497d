import ByteStrings
public import HubCore
import NIOCore

/// A publication as JSON: `{"topic":…|[…],"event":…,"data":…,"retry":…,"key":…}`.
public struct Envelope {
    private var topics: [Topic] = []
    private var name: EventName?
    private var data: EventData?
    private var retry: RetryHint?
    private var key: IdempotencyKey?

    /// Reads an envelope.
    /// - Parameters:
    ///   - bytes: The text of one JSON object, UTF-8, checked.
    ///   - maximumTopics: How many topics it may name.
    /// - Throws: `InvalidEvent` if it is not well-formed, or breaks a rule of events.
    public init(_ bytes: ArraySlice<UInt8>, maximumTopics: Int) throws(InvalidEvent) {
        let members: [JSONReader.Member]
        do throws(JSONReader.Fault) {
            members = try JSONReader.members(bytes)
        } catch {
            throw InvalidEvent(error.description)
        }
        try self.init(members, maximumTopics: maximumTopics)
    }

    /// Takes the members of an object.
    init(_ members: some Sequence<JSONReader.Member>, maximumTopics: Int) throws(InvalidEvent) {
        for member in members { try self.take(member.name, member.value, maximumTopics: maximumTopics) }
    }

    /// The publication.
    /// - Parameter key: The `Idempotency-Key` of the request, if it has one.
    /// - Throws: `InvalidEvent` if something is missing, or breaks a rule of events.
    public func publication(key: IdempotencyKey?) throws(InvalidEvent) -> Publication {
        guard let data = self.data else { throw InvalidEvent("the field 'data' is missing") }
        if let key, let own = self.key, key != own {
            throw InvalidEvent("the field 'key' and the Idempotency-Key field differ; give one of them")
        }
        return try Publication(
            topics: self.topics, name: self.name, data: data, retry: self.retry, key: self.key ?? key)
    }

    private mutating func take(
        _ name: ByteString, _ value: JSONReader.Value, maximumTopics: Int
    ) throws(InvalidEvent) {
        switch name {
        case "topic": self.topics = try Self.topics(value, maximum: maximumTopics)
        case "event":
            self.name = try Self.text(name, value).map { text throws(InvalidEvent) in try EventName(text) }
        case "data": self.data = try EventData(validating: value.string ?? Array(value.text))
        case "retry": self.retry = try Self.retry(value)
        case "key":
            self.key = try Self.text(name, value).map { text throws(InvalidEvent) in try IdempotencyKey(text) }
        default:
            throw InvalidEvent(
                "the field '\(name.shortened(to: 64))' is unknown; known are topic, event, data, retry, key")
        }
    }

    private static func topics(_ value: JSONReader.Value, maximum: Int) throws(InvalidEvent) -> [Topic] {
        guard value.form == .array else { return [try Topic(try self.text("topic", value) ?? "")] }
        var names: [[UInt8]?] = []
        var reader = JSONReader(value.text)
        do throws(JSONReader.Fault) {
            try reader.readArray { (reader) throws(JSONReader.Fault) in
                guard names.count < maximum else {
                    throw JSONReader.Fault("an event may have \(maximum) topics at most (--max-topics-per-stream)")
                }
                names.append(try reader.readValue().string)
            }
        } catch {
            throw InvalidEvent(error.description)
        }
        return try names.map { name throws(InvalidEvent) in
            guard let name else { throw InvalidEvent("every topic must be a string") }
            return try Topic(String(decoding: name, as: UTF8.self))
        }
    }

    private static func text(_ name: ByteString, _ value: JSONReader.Value) throws(InvalidEvent) -> String? {
        if value.form == .null, name != "topic" { return nil }
        guard let text = value.string else { throw InvalidEvent("the field '\(name)' must be a string") }
        return String(decoding: text, as: UTF8.self)
    }

    private static func retry(_ value: JSONReader.Value) throws(InvalidEvent) -> RetryHint? {
        if value.form == .null { return nil }
        guard value.form == .number, let number = Int(String(decoding: value.text, as: UTF8.self)) else {
            throw InvalidEvent("the field 'retry' must be a whole number of milliseconds")
        }
        return try RetryHint(milliseconds: number)
    }
}
