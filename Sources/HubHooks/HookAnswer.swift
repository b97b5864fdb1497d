import ByteStrings
import HubCore
import HubTokens
import NIOHTTP1

/// What an application has answered.
struct HookAnswer: Sendable {
    /// The longest time for which an answer may be remembered, in seconds.
    private static let maximumAge = 3600

    /// Whether it allows what it was asked about.
    var isAllowed = false
    /// Whom it takes the asker for.
    var subject: ByteString?
    /// For how long it allows that, in seconds; `nil` for as long as a stream lasts.
    var lifetime: Double?
    /// For how long the same question need not be asked again, in seconds.
    var maximumAge = 0

    /// Reads a response: 2xx allows, 401 and 403 refuse, all else decides nothing. A body that is a JSON object may say more.
    /// - Throws: `HookFault`.
    init(status: HTTPResponseStatus, headers: HTTPHeaders, body: [UInt8]) throws(HookFault) {
        self.maximumAge = Self.age(headers)
        switch status.code {
        case 200..<300: self.isAllowed = true
        case 401, 403: return
        default: throw .status(status.code)
        }
        guard headers[canonicalForm: "content-encoding"].allSatisfy({ $0 == "identity" }) else {
            throw .unreadable("it has a content coding")
        }
        let body = body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(body.dropFirst(3)) : body
        guard body.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") else { return }
        do throws(JSONReader.Fault) {
            try self.read(body)
        } catch {
            throw .unreadable(error.description)
        }
    }

    /// What it says about a question.
    /// - Parameter now: When that was asked, in seconds since 1970.
    func verdict(on question: HookQuestion, now: Double) -> HookVerdict {
        guard self.isAllowed else { return .refused }
        let topics: [Topic] = if case .subscribe(let topics) = question { topics } else { [] }
        return .allowed(
            Approval(
                topics: Set(topics), subject: self.subject, issued: now, expires: self.lifetime.map { now + $0 }))
    }

    private mutating func read(_ body: [UInt8]) throws(JSONReader.Fault) {
        guard String(validating: body, as: UTF8.self) != nil else { throw JSONReader.Fault("it is not UTF-8") }
        for (name, value) in try JSONReader.members(body[...]) {
            switch name {
            case "subject":
                guard let text = value.string, (1...TokenVerifier.maximumSubjectBytes).contains(text.count) else {
                    throw JSONReader.Fault(
                        "'subject' must be a string of 1 to \(TokenVerifier.maximumSubjectBytes) bytes")
                }
                self.subject = ByteString(decoding: text)
            case "expires_in":
                guard value.form == .number, let seconds = Double(String(decoding: value.text, as: UTF8.self)),
                    seconds > 0
                else { throw JSONReader.Fault("'expires_in' must be a number of seconds above 0") }
                // Long enough to begin.
                self.lifetime = max(seconds, 1)
            default: break
            }
        }
    }

    /// `max-age` (RFC 9111, 5.2.2.1); whoever says nothing is asked each time.
    private static func age(_ headers: HTTPHeaders) -> Int {
        let text = ByteString(headers[canonicalForm: "cache-control"].joined(separator: ","))
        var age = 0
        for directive in text.split(at: UInt8(ascii: ","), maximumCount: 16) ?? [] {
            let (name, value) = directive.trimmed.cut(at: UInt8(ascii: "="))
            if name.equalsIgnoringCase("no-store") || name.equalsIgnoringCase("no-cache") { return 0 }
            if name.equalsIgnoringCase("max-age") { age = value?.number ?? 0 }
        }
        return min(age, Self.maximumAge)
    }
}

/// What an application has decided.
public enum HookVerdict: Sendable {
    /// It allows what it was asked about.
    case allowed(Approval)
    /// It does not.
    case refused
}

/// Why an application gave no answer that counts, so that what it was asked about is refused for now.
enum HookFault: Error, Hashable, CustomStringConvertible {
    /// It can't be reached, or took too long.
    case unreachable(String)
    /// It answered with a status that decides nothing.
    case status(UInt)
    /// What it answered can't be read.
    case unreadable(String)
    /// As many questions as there may be wait already.
    case tooMany

    var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .status(let code): "it answered with \(code); accepted: 2xx to allow, 401 or 403 to refuse"
        case .unreadable(let reason): "its answer can't be read: \(reason)"
        case .tooMany: "too many questions wait for it"
        }
    }
}
