import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubTransports
import NIOCore

/// What a `POST /publish` asks for, in any of its three forms, checked as a whole.
struct PublishRequest {
    /// The most events of one request.
    static let maximumEvents = 1000

    private enum Form { case raw, envelope, lines }

    let publications: [Publication]

    /// Reads a request.
    /// - Parameters:
    ///   - request: Its head. A `topic` in the query makes the body the data, whatever its content type.
    ///   - body: Its body.
    ///   - maximumTopics: How many topics an event may have.
    init(_ request: HubRequest, body: ByteBuffer, maximumTopics: Int) throws(Problem) {
        let bytes = Array(body.readableBytesView)
        let key = try Self.key(request)
        switch try Self.form(request) {
        case .raw:
            self.publications = [try Self.raw(request, bytes, key: key, maximumTopics: maximumTopics)]
        case .envelope:
            try Self.checkText(bytes)
            self.publications = [try Self.envelope(bytes[...], key: key, maximumTopics: maximumTopics)]
        case .lines:
            guard key == nil else {
                throw Problem(.badRequest, "a batch takes no Idempotency-Key field; give each line a 'key' instead")
            }
            try Self.checkText(bytes)
            self.publications = try Self.lines(bytes, maximumTopics: maximumTopics)
        }
        try Self.checkSize(self.publications)
    }

    /// Refuses what is too much for one step before the bus is asked.
    private static func checkSize(_ publications: [Publication]) throws(Problem) {
        switch StepSize(of: publications).excess {
        case nil: break
        case .entries(let count)?: throw Problem(.badRequest, StepSize.Excess.entries(count).description)
        case .bytes(let count)?: throw Problem(.payloadTooLarge, StepSize.Excess.bytes(count).description)
        }
    }

    /// Refuses what the head alone shows to be wrong.
    static func check(_ request: HubRequest) throws(Problem) {
        try request.checkContentCoding()
        _ = try self.form(request)
        _ = try self.key(request)
    }

    private static func form(_ request: HubRequest) throws(Problem) -> Form {
        guard request.query.all("topic").isEmpty else { return .raw }
        let type = MediaType(request.fields.field(.contentType) ?? "")
        let form: Form
        switch type.name {
        case "application/json": form = .envelope
        case "application/x-ndjson": form = .lines
        case "", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream":
            throw Problem(
                .badRequest,
                "no topic: give ?topic=…, or send application/json or application/x-ndjson with a 'topic'")
        default:
            throw Problem(
                .unsupportedMediaType,
                "without ?topic=… the body must be application/json or application/x-ndjson",
                fields: [.acceptPost: "application/json, application/x-ndjson"])
        }
        guard type.isUTF8 else { throw Problem(.unsupportedMediaType, "JSON must be UTF-8") }
        for name in ["event", "retry", "key"] as [ByteString] where !request.query.all(name).isEmpty {
            throw Problem(.badRequest, "'\(name)' in the query goes with ?topic=… only; put it into the JSON")
        }
        return form
    }

    private static func key(_ request: HubRequest) throws(Problem) -> IdempotencyKey? {
        let values = request.fields.fields(.idempotencyKey) + request.query.all("key")
        guard let value = values.first else { return nil }
        guard values.allSatisfy({ $0 == value }) else {
            throw Problem(.badRequest, "the request has several idempotency keys that differ")
        }
        do throws(InvalidEvent) { return try IdempotencyKey(value.string) } catch { throw Problem(error) }
    }

    private static func raw(
        _ request: HubRequest, _ bytes: [UInt8], key: IdempotencyKey?, maximumTopics: Int
    ) throws(Problem) -> Publication {
        let names = request.query.all("topic")
        guard names.count <= maximumTopics else {
            throw Problem(.badRequest, "an event may have \(maximumTopics) topics at most (--max-topics-per-stream)")
        }
        let event = try request.query.one("event")
        let retry = try request.query.one("retry").map { text throws(Problem) in try Self.milliseconds(text) }
        do throws(InvalidEvent) {
            var topics: [Topic] = []
            for name in names { topics.append(try Topic(name.string)) }
            return try Publication(
                topics: topics, name: try event.map { name throws(InvalidEvent) in try EventName(name.string) },
                data: try EventData(validating: bytes),
                retry: try retry.map { number throws(InvalidEvent) in try RetryHint(milliseconds: number) }, key: key)
        } catch {
            throw Problem(error)
        }
    }

    private static func milliseconds(_ text: ByteString) throws(Problem) -> Int {
        guard let number = text.number else {
            throw Problem(.badRequest, "'retry' must be a whole number of milliseconds")
        }
        return number
    }

    private static func lines(_ bytes: [UInt8], maximumTopics: Int) throws(Problem) -> [Publication] {
        var publications: [Publication] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            guard publications.count < Self.maximumEvents else {
                throw Problem(.badRequest, "line \(index + 1): a batch may have \(Self.maximumEvents) events at most")
            }
            do throws(Problem) {
                publications.append(try Self.envelope(line, key: nil, maximumTopics: maximumTopics))
            } catch {
                throw Problem(error.status, "line \(index + 1): \(error.detail)")
            }
        }
        guard !publications.isEmpty else { throw Problem(.badRequest, "the batch is empty") }
        return publications
    }

    private static func envelope(
        _ bytes: ArraySlice<UInt8>, key: IdempotencyKey?, maximumTopics: Int
    ) throws(Problem) -> Publication {
        do throws(InvalidEvent) {
            return try Envelope(bytes, maximumTopics: maximumTopics).publication(key: key)
        } catch {
            throw Problem(error)
        }
    }

    private static func checkText(_ bytes: [UInt8]) throws(Problem) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Problem(.badRequest, "the body is not UTF-8")
        }
    }
}

extension HTTPField.Name {
    /// Names a request, so that repeating it does nothing.
    fileprivate static let idempotencyKey = Self.known("Idempotency-Key")
}
