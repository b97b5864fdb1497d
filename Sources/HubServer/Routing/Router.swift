import ByteStreams
import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubHooks
import HubTransports
import Logging
import NIOCore

/// Decides what becomes of each request by its path, and by who asks.
final class Router: Sendable {
    /// What an operator would want to know of: who may not do something, and for whom there is no room.
    private static let notedStatuses: Set<Int> = [401, 403, 429, 503]

    private let limits: HTTPLimits
    private let budget: ByteBudget
    private let condition: ServerCondition
    private let routes: [ByteString: Route]
    /// What every response carries.
    private let fields: HTTPFields
    private let cors: CORSPolicy
    private let gate: Gate
    private let tokenCookie: ByteString
    private let hookFields: [HTTPField.Name]
    private let forwarded: ForwardedFor
    private let ledger: ConnectionLedger
    private let counters: ServerCounters
    private let door: Door
    private let incidents: IncidentLog
    private let log: ListeningLog
    private let accessLog: Logger?

    init(
        routes: [Route], limits: HTTPLimits, budget: ByteBudget, fields: HTTPFields, cors: CORSPolicy, gate: Gate,
        tokenCookie: ByteString, hookFields: [HTTPField.Name],
        forwarded: ForwardedFor, ledger: ConnectionLedger, condition: ServerCondition, counters: ServerCounters,
        door: Door, incidents: IncidentLog, log: ListeningLog, accessLog: Logger?
    ) {
        self.routes = Dictionary(uniqueKeysWithValues: routes.map { (ByteString($0.path), $0) })
        self.limits = limits
        self.budget = budget
        self.fields = fields
        self.cors = cors
        self.gate = gate
        self.tokenCookie = tokenCookie
        self.hookFields = hookFields
        self.forwarded = forwarded
        self.ledger = ledger
        self.condition = condition
        self.counters = counters
        self.door = door
        self.incidents = incidents
        self.log = log
        self.accessLog = accessLog
    }

    /// Serves a complete request.
    func serve(_ request: HubRequest, body: ByteBuffer) -> Outcome {
        guard let endpoint = request.route?.endpoint else { return .now(Problem.notFound.response) }
        do {
            return try endpoint.serve(request, body: body, in: self.session(of: request, endpoint))
        } catch {
            return .now(self.response(for: error, of: request))
        }
    }

    /// Whoever can show a token later does so at the same gate.
    private func session(of request: HubRequest, _ endpoint: any Endpoint) -> Session {
        // What a browser sends by itself is passed on for pages that are trusted alone.
        let asker =
            self.gate.asksApplications
            ? request.asker(
                fields: self.hookFields, isTrusted: self.cors.countsCookies(of: request.fields, to: request.authority))
            : nil
        guard self.gate.takesTokens, endpoint.isStream, endpoint.takesKey(request.method) else {
            return self.door.session(request.principal, asker: asker)
        }
        let (gate, client) = (self.gate, request.client ?? .unknown)
        return self.door.session(request.principal, asker: asker) { text throws(Refusal) in
            try gate.principal(showing: text, from: client)
        }
    }

    /// The response to a request that was not done.
    func response(for error: any Error, of request: HubRequest) -> Response {
        let problem = Problem(of: error)
        self.note(problem, of: request)
        return problem.response
    }

    /// Lets whoever looks after the hub know of a request that was turned away, or was not allowed.
    private func note(_ problem: Problem, of request: HubRequest) {
        guard Self.notedStatuses.contains(problem.status.code), let route = request.route else { return }
        // The console asks for a key by asking without one.
        if route.endpoint is AskEndpoint, request.hasRightKey == nil { return }
        let cause = "\(problem.status.code) \(route.path)"
        self.incidents.note(
            .refused,
            Incident(
                .refused, "\(cause): \(problem.detail)", cause: cause, client: request.client?.description,
                subject: request.principal.subject))
    }

    /// Counts a response.
    func count(_ status: HTTPResponse.Status, of route: Route?) {
        self.counters.requests.count(route: route?.name ?? "other", status: status.code)
    }

    // MARK: Heads

    private func check(_ request: inout HubRequest, _ head: RequestHead, _ peer: Peer) throws(Problem) -> Response? {
        if let fault = head.fault { throw fault }
        let target = try RequestTarget(head.target, limit: self.limits.targetBytes)
        // The host that a target names counts instead of the field (RFC 9112, 3.2.2).
        if let authority = target.authority { request.authority = authority }
        request.path = target.path
        request.query = target.query
        try request.takeQueryToken()
        if target.path == "*", request.method == .options { return Response(.noContent) }
        guard let route = self.routes[target.path] else { throw .notFound }
        request.route = route
        if request.method == .options { return try self.options(route, request) }
        request.client = self.client(of: request, peer)
        guard route.allows(request.method) else { throw .methodNotAllowed(request.method, route) }
        let refusal = self.refusal(of: &request, route, peer)
        if let turnAway = self.turnAway(&request, route, peer) {
            self.note(turnAway.problem, of: request)
            return turnAway.response(to: request)
        }
        if let refusal {
            // For a browser's own EventSource any other status would be the end for good.
            guard refusal.status == .tooManyRequests, request.isBrowserEventSource else { throw refusal }
            return TurnAway.tooManyGuesses(refusal).response(to: request)
        }
        if route.endpoint.isAlwaysServed { request.claimant = .observer }
        if route.endpoint.takesKey(request.method), self.door.session(request.principal).mayWrite {
            request.claimant = .publisher
        }
        request.body = route.endpoint.body(request.method)
        try request.body.check(length: request.fields.first(.contentLength))
        if request.awaited == nil { try route.endpoint.check(&request) }
        if request.announcesBody, !self.budget.hasRoom(for: request.claimant) { throw .noRoom }
        return nil
    }

    private func options(_ route: Route, _ request: HubRequest) throws(Problem) -> Response {
        var fields: HTTPFields = [.allow: route.allowed]
        if let origin = request.fields.first(.origin), request.fields.contains(.accessControlRequestMethod) {
            guard self.mayWrite(request) else { throw .foreignOrigin(origin) }
            fields.append(contentsOf: self.cors.preflightFields(allowed: route.allowed))
        }
        return Response(.noContent, fields: fields)
    }

    private func mayWrite(_ request: HubRequest) -> Bool {
        self.cors.mayWrite(request.fields, to: request.authority)
    }

    /// Why the request is not allowed. It is said only to whom there is room for.
    private func refusal(of request: inout HubRequest, _ route: Route, _ peer: Peer) -> Problem? {
        do throws(Problem) {
            try self.authorize(&request, route, peer)
            return nil
        } catch {
            return error
        }
    }

    private func authorize(_ request: inout HubRequest, _ route: Route, _ peer: Peer) throws(Problem) {
        if route.endpoint.isWrite(request.method), !self.mayWrite(request) {
            throw .foreignOrigin(request.fields.first(.origin) ?? "")
        }
        guard self.takesCredentials(route.endpoint, request.method) else { return }
        let credentials = self.credentials(of: request)
        let verdict = self.gate.judge(
            credentials, from: request.client ?? .unknown, isKnown: peer.hasShownKey && !peer.isProxy,
            isNeeded: route.endpoint.needsKey(request.method))
        try self.take(verdict, for: &request, route)
    }

    /// A path whose answer depends on who asks. Where there are tokens, or an application decides, that goes for subscribing too.
    private func takesCredentials(_ endpoint: any Endpoint, _ method: HTTPRequest.Method) -> Bool {
        endpoint.takesKey(method) || (endpoint.isStream && (self.gate.takesTokens || self.gate.asksApplications))
    }

    private func credentials(of request: HubRequest) -> Credentials {
        let cookie = self.cors.countsCookies(of: request.fields, to: request.authority) ? self.tokenCookie : nil
        return Credentials(request.fields, queryToken: request.queryToken, cookieName: cookie)
    }

    private func take(_ verdict: Gate.Verdict, for request: inout HubRequest, _ route: Route) throws(Problem) {
        let needsKey = route.endpoint.needsKey(request.method)
        switch verdict {
        case .open: break
        case .right(let principal):
            request.principal = principal
            if self.door.session(principal).mayWrite { request.hasRightKey = true }
        case .missing where needsKey: throw .unauthorized(request, hasCredentials: false, self.gate.takesTokens)
        case .missing: break
        case .wrong:
            request.hasRightKey = false
            guard !needsKey else { throw .unauthorized(request, hasCredentials: true, self.gate.takesTokens) }
        case .refused(let fault):
            request.hasRightKey = false
            throw Problem(fault)
        case .later(let awaited): request.awaited = awaited
        case .wait(let seconds): throw .tooManyGuesses(after: seconds)
        }
    }

    /// What a request showed can be judged now.
    func admitAgain(_ request: inout HubRequest) throws(Problem) {
        guard let route = request.route else { throw .notFound }
        let verdict = self.gate.judge(
            self.credentials(of: request), from: request.client ?? .unknown, isKnown: false,
            isNeeded: route.endpoint.needsKey(request.method), mayWait: false)
        try self.take(verdict, for: &request, route)
        try route.endpoint.check(&request)
    }

    private func client(of request: HubRequest, _ peer: Peer) -> ClientAddress {
        guard let address = peer.address else { return .unknown }
        return peer.isProxy ? self.forwarded.client(of: address, fields: request.fields) : address
    }

    /// A publish request that its head alone refuses is one of those that were refused.
    private func countRefusal(_ request: HubRequest) {
        guard let route = request.route, request.method == .post, route.endpoint is PublishEndpoint else { return }
        self.door.counters.count(.refused)
    }

    // MARK: Overload

    private func turnAway(_ request: inout HubRequest, _ route: Route, _ peer: Peer) -> TurnAway? {
        guard !route.endpoint.isAlwaysServed else { return nil }
        if route.endpoint.isStream, self.condition.isDraining {
            return .draining
        }
        // What the reserve is for.
        if request.hasRightKey == true { return nil }
        if peer.seat.beganInReserve, !peer.seat.becomeOrdinary() {
            self.counters.connections.turnAway()
            return .full
        }
        if peer.isOverAddressCap { return .tooManyOfOneAddress }
        return self.turnAwayBehindProxy(&request, peer)
    }

    private func turnAwayBehindProxy(_ request: inout HubRequest, _ peer: Peer) -> TurnAway? {
        guard peer.isProxy, let address = peer.address else { return nil }
        let client = self.forwarded.client(of: address, fields: request.fields)
        guard client != address else { return nil }
        let (lease, count) = self.ledger.lease(client)
        request.lease = lease
        guard let maximum = self.ledger.caps.perAddress, count > maximum else { return nil }
        self.counters.connections.turnAway()
        self.log.isFull(client, count)
        return .tooManyOfOneAddress
    }
}

extension Router: RequestHandler {
    var isDraining: Bool { self.condition.isDraining }

    func admit(_ head: RequestHead, from peer: Peer) -> any AdmittedRequest {
        var request = HubRequest()
        request.method = head.method
        request.fields = head.fields
        request.authority = head.authority
        request.announcesBody = head.announcesBody
        request.commonFields = self.fields
        request.commonFields.append(contentsOf: self.cors.fields(for: request.fields))
        let record = self.accessLog.map { AccessRecord(head, from: self.knownClient(of: request, peer), $0) }
        var refusal: Response?
        do throws(Problem) {
            refusal = try self.check(&request, head, peer)
        } catch {
            self.note(error, of: request)
            refusal = error.response
        }
        record?.note(request)
        if refusal != nil { self.countRefusal(request) }
        return RoutedRequest(request, self, refusal: refusal, record)
    }

    func countUnread(_ status: HTTPResponse.Status) {
        self.count(status, of: nil)
    }

    func logUnread(_ status: HTTPResponse.Status, from peer: Peer) {
        guard let accessLog = self.accessLog else { return }
        AccessRecord.logUnread(status, from: peer.address, accessLog)
    }

    private func knownClient(of request: HubRequest, _ peer: Peer) -> ClientAddress? {
        peer.address == nil ? nil : self.client(of: request, peer)
    }
}
