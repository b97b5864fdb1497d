import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTokens

extension Problem {
    /// Why a request was not done.
    init(of error: any Error) {
        self =
            switch error {
            case let problem as Problem: problem
            case let refusal as Refusal: Problem(refusal)
            case let error as BusError: Problem(error)
            default: Problem(.internalServerError, "the request failed for a reason that was not foreseen")
            }
    }

    /// No such path.
    static var notFound: Problem {
        Problem(.notFound, "there is nothing at this path; see /openapi.yaml for what there is")
    }

    /// A path that does not answer this method.
    static func methodNotAllowed(_ method: HTTPRequest.Method, _ route: Route) -> Problem {
        Problem(
            .methodNotAllowed, "\(route.path) answers \(route.allowed), not \(method.rawValue)",
            fields: [.allow: route.allowed])
    }

    /// A page that may not write here (or not at all, for a preflight).
    static func foreignOrigin(_ origin: String) -> Problem {
        Problem(
            .forbidden,
            "pages of the origin '\(ByteString(origin).shortened(to: 256))' may not do this; allow it with --cors-origin"
        )
    }

    /// A key is missing or wrong.
    static func unauthorized(_ request: HubRequest, hasCredentials: Bool, _ takesTokens: Bool) -> Problem {
        let topics = request.query.all("topic").prefix(8).map { "'\($0.shortened(to: 512))'" }.joined(separator: ", ")
        let subject = topics.isEmpty ? "this" : "this with the topic \(topics)"
        let challenge = hasCredentials ? "Bearer realm=\"hub\", error=\"invalid_token\"" : "Bearer realm=\"hub\""
        return Problem(
            .unauthorized,
            hasCredentials
                ? "the key is not one of the publish keys, so \(subject) is not allowed"
                : takesTokens
                    ? "\(subject) needs a token that grants it: Authorization: Bearer TOKEN"
                    : "\(subject) needs a publish key: Authorization: Bearer KEY",
            fields: [.wwwAuthenticate: challenge])
    }

    /// The token that was shown does not hold (RFC 6750, 3.1).
    init(_ fault: TokenFault) {
        let challenge = "Bearer realm=\"hub\", error=\"invalid_token\", error_description=\"\(fault.reason.rawValue)\""
        self.init(.unauthorized, fault.description, fields: [.wwwAuthenticate: challenge])
    }

    /// Too many wrong keys came from an address.
    static func tooManyGuesses(after seconds: Int) -> Problem { Problem(.tooManyGuesses(seconds: seconds)) }

    /// A request that breaks a rule of events.
    init(_ error: InvalidEvent) {
        self.init(.badRequest, error.description)
    }

    /// The door did not do what it was asked for.
    init(_ refusal: Refusal) {
        switch refusal {
        case .needsKey, .needsToken:
            self.init(.unauthorized, refusal.description, fields: [.wwwAuthenticate: "Bearer realm=\"hub\""])
        case .notApproved, .needsApproval: self.init(.forbidden, refusal.description)
        case .notGranted, .notAdmin, .anotherSubject:
            self.init(
                .forbidden, refusal.description,
                fields: [.wwwAuthenticate: "Bearer realm=\"hub\", error=\"insufficient_scope\""])
        case .invalidToken(let fault): self.init(fault)
        case .tooManyGuesses(let seconds): self = .later(.tooManyRequests, refusal.description, after: seconds)
        case .noRoom, .noApproval:
            self = .later(.serviceUnavailable, refusal.description, after: Int.random(in: 1...10))
        case .noTopic, .noRevocations, .invalid, .reserved, .tooManyTopics, .isSubscribed, .isNotSubscribed:
            self.init(.badRequest, refusal.description)
        }
    }

    /// The bus did not do what it was asked for.
    init(_ error: BusError) {
        switch error {
        case .unavailable:
            self = .later(.serviceUnavailable, "the bus is not available; nothing was done, try again", after: 2)
        case .unknownOutcome:
            self = .later(
                .gatewayTimeout, "the outcome is unknown; repeat it with the same Idempotency-Key to be sure", after: 2)
        case .refused(let reason):
            self.init(.badRequest, reason)
        }
    }
}
