import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubTransports
import NIOCore

/// What a subscribing request says in its body: the names of the query, as a form or as JSON, for what no URL holds.
///
/// It goes on where the query ends: topics of both add up, and what may be there once may be in one of them only.
struct SubscribeForm {
    private static let accepted = "application/x-www-form-urlencoded, application/json"
    /// What the names besides the topics may take.
    private static let otherBytes = 4096
    /// What stands around a topic: `&topic=`, or quotes and a comma.
    private static let separatorBytes = 8

    /// The names and values, in order.
    let items: QueryItems

    /// As many topics as a stream may have, each of the greatest length and escaped byte by byte.
    static func allowance(maximumTopics: Int) -> BodyAllowance {
        let topicBytes = Topic.maximumByteCount * "%XX".utf8.count + self.separatorBytes
        return BodyAllowance(
            maximumBytes: self.otherBytes + maximumTopics * topicBytes, setting: "--max-topics-per-stream")
    }

    /// Refuses what the head alone shows to be wrong. A request without a body needs no type.
    static func check(_ request: HubRequest) throws(Problem) {
        try request.checkContentCoding()
        guard request.announcesBody || request.fields.contains(.contentType) else { return }
        let type = self.type(request)
        guard type.isForm || type.isJSON else {
            throw Problem(
                .unsupportedMediaType, "the body must be one of \(self.accepted)",
                fields: [.acceptPost: self.accepted])
        }
        guard type.isUTF8 else { throw Problem(.unsupportedMediaType, "the body must be UTF-8") }
    }

    /// Reads a body.
    /// - Parameters:
    ///   - request: Its head, checked.
    ///   - body: The whole of it.
    init(_ request: HubRequest, _ body: ByteBuffer) throws(Problem) {
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw Problem(.badRequest, "the body is not UTF-8")
        }
        guard !text.isEmpty else {
            self.items = QueryItems()
            return
        }
        self.items = Self.type(request).isJSON ? try Self.json(Array(text.utf8)) : try QueryItems(ByteString(text))
    }

    private static func type(_ request: HubRequest) -> MediaType {
        MediaType(request.fields.field(.contentType) ?? "")
    }

    private static func json(_ bytes: [UInt8]) throws(Problem) -> QueryItems {
        var items = QueryItems()
        var refusal: Problem?
        do throws(JSONReader.Fault) {
            var reader = JSONReader(bytes[...])
            try reader.readObject { (name, reader) throws(JSONReader.Fault) in
                let values = try self.values(try reader.readValue())
                guard refusal == nil else { return }
                do throws(Problem) {
                    guard let values else { throw self.unreadable(name) }
                    for value in values { try items.append(name, ByteString(value)) }
                } catch {
                    refusal = error
                }
            }
            try reader.readEnd()
        } catch {
            throw Problem(.badRequest, error.description)
        }
        if let refusal { throw refusal }
        return items
    }

    private static func unreadable(_ name: ByteString) -> Problem {
        Problem(
            .badRequest,
            "the field '\(name.shortened(to: 64))' must be a string, a number, true, false, or an array of them")
    }

    /// What a name that is repeated would say in a query; `nil` if none could say it.
    private static func values(_ value: JSONReader.Value) throws(JSONReader.Fault) -> [String]? {
        guard value.form == .array else { return self.scalar(value) }
        var values: [String]? = []
        var reader = JSONReader(value.text)
        try reader.readArray { (reader) throws(JSONReader.Fault) in
            // Alone `null` is absent; among others it would be a value that none could say.
            guard let element = self.scalar(try reader.readValue()), !element.isEmpty else {
                values = nil
                return
            }
            values?.append(contentsOf: element)
        }
        return values
    }

    private static func scalar(_ value: JSONReader.Value) -> [String]? {
        switch value.form {
        case .string: [String(decoding: value.string ?? [], as: UTF8.self)]
        case .number, .boolean: [String(decoding: value.text, as: UTF8.self)]
        case .null: []
        case .object, .array: nil
        }
    }
}

extension MediaType {
    fileprivate var isForm: Bool { self.name == "application/x-www-form-urlencoded" }
    fileprivate var isJSON: Bool { self.name == "application/json" }
}
