import ByteStreams
import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore

/// What the console asks of members.
enum MemberQuestion {
    /// How a member is.
    case report(incidents: Int)
    /// What topics amount to there.
    case topics([Topic])
    /// Which streams are there.
    case streams(StreamQuery)
    /// To end a stream, if it is there.
    case end(StreamID, member: ByteString)

    /// How many topics may be asked for.
    static let maximumTopics = 100
    private static let accepted = "'ask' must be \"report\", \"topics\", \"streams\" or \"end\""

    /// Reads a question.
    /// - Parameter body: Its JSON.
    /// - Throws: A problem that says what is accepted.
    init(_ body: [UInt8]) throws(Problem) {
        guard String(validating: body, as: UTF8.self) != nil else {
            throw Problem(.badRequest, "the body is not UTF-8")
        }
        var form = Form()
        do throws(JSONReader.Fault) {
            try form.read(body)
        } catch {
            throw Problem(.badRequest, error.description)
        }
        switch form.texts["ask"] {
        case "report": self = .report(incidents: form.wantsHistory ? .max : 32)
        case "topics": self = .topics(try Self.topics(form))
        case "streams": self = .streams(try Self.query(form))
        case "end":
            guard let member = form.texts["member"], let stream = form.texts["stream"].flatMap(StreamID.init) else {
                throw Problem(.badRequest, "to end a stream takes its 'member' and 'stream', as they were given")
            }
            self = .end(stream, member: member)
        default: throw Problem(.badRequest, Self.accepted)
        }
    }

    private static func topics(_ form: Form) throws(Problem) -> [Topic] {
        guard (1...self.maximumTopics).contains(form.topics.count) else {
            throw Problem(.badRequest, "'topics' must be a list of 1 to \(self.maximumTopics) topics")
        }
        return try form.topics.map { name throws(Problem) in try self.topic(name) }
    }

    private static func topic(_ name: ByteString) throws(Problem) -> Topic {
        do throws(InvalidEvent) { return try Topic(name.string) } catch { throw Problem(error) }
    }

    private static func query(_ form: Form) throws(Problem) -> StreamQuery {
        let names: [ByteString] = ["topic", "client", "subject"].filter { form.texts[$0] != nil }
        guard names.count <= 1 else {
            throw Problem(
                .badRequest, "streams are asked for by one of 'topic', 'client' and 'subject', not by several")
        }
        guard let name = names.first, let text = form.texts[name] else { return .all }
        switch name {
        case "topic": return .topic(try self.topic(text))
        case "subject": return .subject(text)
        default:
            guard let client = ClientAddress(text.string) else {
                throw Problem(.badRequest, "'client' must be an IP address")
            }
            return .client(client)
        }
    }
}

/// What a question says, each member by its name.
private struct Form {
    var texts: [ByteString: ByteString] = [:]
    var topics: [ByteString] = []
    var wantsHistory = false

    mutating func read(_ body: [UInt8]) throws(JSONReader.Fault) {
        for member in try JSONReader.members(body[...]) {
            switch (member.name, member.value.form) {
            case ("ask", .string), ("topic", .string), ("client", .string), ("subject", .string), ("member", .string),
                ("stream", .string):
                self.texts[member.name] = ByteString(decoding: member.value.string ?? [])
            case ("history", .boolean): self.wantsHistory = member.value.text.elementsEqual("true".utf8)
            case ("topics", .array): self.topics = try Self.strings(member.value.text)
            default:
                throw JSONReader.Fault(
                    """
                    the field '\(member.name.shortened(to: 64))' is not one of a question's, or not of its form: 'ask', 'topic', \
                    'client', 'subject', 'member' and 'stream' are strings, 'topics' is a list of strings, 'history' is true or false
                    """)
            }
        }
    }

    private static func strings(_ text: ArraySlice<UInt8>) throws(JSONReader.Fault) -> [ByteString] {
        var strings: [ByteString] = []
        var reader = JSONReader(text)
        try reader.readArray { (reader) throws(JSONReader.Fault) in
            guard let string = try reader.readValue().string else {
                throw JSONReader.Fault("'topics' must be a list of strings")
            }
            strings.append(ByteString(decoding: string))
        }
        return strings
    }
}
