import ByteStrings
import HubCore
import NIOHTTP1

extension Problem {
    /// No such path.
    static var notFound: Problem {
        Problem(.notFound, "there is nothing at this path; see /openapi.yaml for what there is")
    }

    /// A path that does not answer this method.
    static func methodNotAllowed(_ method: HTTPMethod, _ route: Route) -> Problem {
        Problem(
            .methodNotAllowed, "\(route.path) answers \(route.allowed), not \(method.rawValue)",
            headers: ["Allow": route.allowed])
    }

    /// A page that may not write here (or not at all, for a preflight).
    static func foreignOrigin(_ origin: String) -> Problem {
        Problem(
            .forbidden,
            "pages of the origin '\(ByteString(origin).shortened(to: 256))' may not do this; allow it with --cors-origin"
        )
    }

    /// Clients hold as much as they may.
    static var noRoom: Problem {
        .later(
            .serviceUnavailable, "the server holds as many bytes of its clients as it may (--max-buffered); try again",
            after: Int.random(in: 1...10))
    }

    /// A key is missing or wrong.
    static func unauthorized(_ request: AdmittedRequest, hasCredentials: Bool) -> Problem {
        let topics = request.query.all("topic").prefix(8).map { "'\($0.shortened(to: 512))'" }.joined(separator: ", ")
        let subject = topics.isEmpty ? "this" : "this with the topic \(topics)"
        let challenge = hasCredentials ? "Bearer realm=\"hub\", error=\"invalid_token\"" : "Bearer realm=\"hub\""
        return Problem(
            .unauthorized,
            hasCredentials
                ? "the key is not one of the publish keys, so \(subject) is not allowed"
                : "\(subject) needs a publish key: Authorization: Bearer KEY",
            headers: ["WWW-Authenticate": challenge])
    }

    /// Too many wrong keys came from an address.
    static func tooManyGuesses(after seconds: Int) -> Problem {
        .later(
            .tooManyRequests, "too many wrong keys came from your address; another may be tried in \(seconds) s",
            after: seconds)
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
