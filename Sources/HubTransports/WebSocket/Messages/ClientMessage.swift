import ByteStrings
import HubCore

/// What a client says over a WebSocket: one JSON object a message.
struct ClientMessage {
    enum Request {
        case publish(Publication)
        case subscribe(Topic, cursor: String?)
        case unsubscribe(Topic)
        case authorize(token: ByteString)
    }

    /// The longest `ref`, in bytes of its JSON text.
    static let maximumRefBytes = 256

    /// The client's own mark, as JSON text; it comes back in the answer.
    let ref: ArraySlice<UInt8>?
    /// What it asks for, or what is wrong with that.
    let request: Result<Request, InvalidEvent>

    /// Reads a message.
    /// - Parameters:
    ///   - text: UTF-8, checked.
    ///   - maximumTopics: How many topics an event may have.
    init(_ text: [UInt8], maximumTopics: Int) {
        let members: [JSONReader.Member]
        do throws(JSONReader.Fault) {
            members = try JSONReader.members(text[...])
        } catch {
            self.ref = nil
            self.request = .failure(InvalidEvent(error.description))
            return
        }
        let ref = members.first { $0.name == "ref" }?.value
        let isRef = ref.map { $0.form == .string || $0.form == .number } ?? true
        let isShort = (ref?.text.count ?? 0) <= Self.maximumRefBytes
        self.ref = isRef && isShort ? ref?.text : nil
        guard isRef, isShort else {
            self.request = .failure(
                InvalidEvent("'ref' must be a string or a number of at most \(Self.maximumRefBytes) bytes"))
            return
        }
        do throws(InvalidEvent) {
            self.request = .success(try Self.request(members, maximumTopics: maximumTopics))
        } catch {
            self.request = .failure(error)
        }
    }

    private static func request(
        _ members: [JSONReader.Member], maximumTopics: Int
    ) throws(InvalidEvent) -> Request {
        let type = members.first { $0.name == "type" }?.value.string.map(ByteString.init(decoding:))
        let rest = members.filter { $0.name != "type" && $0.name != "ref" }
        switch type {
        case "publish":
            return .publish(try Envelope(rest, maximumTopics: maximumTopics).publication(key: nil))
        case "subscribe":
            try self.check(rest, known: ["topic", "cursor"])
            return .subscribe(try self.topic(rest), cursor: try self.text("cursor", rest))
        case "unsubscribe":
            try self.check(rest, known: ["topic"])
            return .unsubscribe(try self.topic(rest))
        case "authorize":
            try self.check(rest, known: ["token"])
            guard let token = try self.text("token", rest) else { throw InvalidEvent("the field 'token' is missing") }
            return .authorize(token: ByteString(token))
        default:
            throw InvalidEvent(
                "the field 'type' must be \"publish\", \"subscribe\", \"unsubscribe\" or \"authorize\"")
        }
    }

    private static func check(_ members: [JSONReader.Member], known: [ByteString]) throws(InvalidEvent) {
        guard let unknown = members.first(where: { !known.contains($0.name) }) else { return }
        let names = (["type"] + known + ["ref"]).map(\.string).joined(separator: ", ")
        throw InvalidEvent("the field '\(unknown.name.shortened(to: 64))' is unknown; known are \(names)")
    }

    private static func topic(_ members: [JSONReader.Member]) throws(InvalidEvent) -> Topic {
        guard let name = try self.text("topic", members) else { throw InvalidEvent("the field 'topic' is missing") }
        return try Topic(name)
    }

    private static func text(_ name: ByteString, _ members: [JSONReader.Member]) throws(InvalidEvent) -> String? {
        guard let value = members.first(where: { $0.name == name })?.value, value.form != .null else { return nil }
        guard let text = value.string else { throw InvalidEvent("the field '\(name)' must be a string") }
        return String(decoding: text, as: UTF8.self)
    }
}
