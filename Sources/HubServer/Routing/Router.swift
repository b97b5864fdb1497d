import ByteStrings
import HubCore
import HubTransports
import Logging
import NIOCore
import NIOHTTP1

/// Decides what becomes of each request: first by its head alone, then, once it is complete, by its endpoint.
final class Router: Sendable {
    /// What the head of a request leads to.
    enum Admission {
        case accepted(AdmittedRequest)
        /// The request is refused before its body is read.
        case refused(HTTPAnswer, AdmittedRequest)
    }

    let limits: HTTPLimits
    let budget: ByteBudget
    let condition: ServerCondition
    private let routes: [ByteString: Route]
    private let cors: CORSPolicy
    private let gate: KeyGate
    private let forwarded: ForwardedFor
    private let ledger: ConnectionLedger
    private let counters: ServerCounters
    private let log: ListeningLog

    init(
        routes: [Route], limits: HTTPLimits, budget: ByteBudget, cors: CORSPolicy, gate: KeyGate,
        forwarded: ForwardedFor, ledger: ConnectionLedger, condition: ServerCondition, counters: ServerCounters,
        log: ListeningLog
    ) {
        self.routes = Dictionary(uniqueKeysWithValues: routes.map { (ByteString($0.path), $0) })
        self.limits = limits
        self.budget = budget
        self.cors = cors
        self.gate = gate
        self.forwarded = forwarded
        self.ledger = ledger
        self.condition = condition
        self.counters = counters
        self.log = log
    }

    /// Looks at a head.
    func admit(_ head: HTTPRequestHead, from peer: Peer) -> Admission {
        var request = AdmittedRequest()
        request.method = head.method
        request.headers = head.headers
        request.announcesBody = head.announcesBody
        request.commonHeaders = self.cors.fields(for: head.headers)
        do throws(Problem) {
            guard let answer = try self.check(&request, head, peer) else { return .accepted(request) }
            self.countRefusal(request)
            return .refused(answer, request)
        } catch {
            self.countRefusal(request)
            return .refused(error.answer, request)
        }
    }

    /// Answers a complete request.
    func answer(_ request: AdmittedRequest, body: ByteBuffer) -> Outcome {
        guard let endpoint = request.route?.endpoint else { return .now(Problem.notFound.answer) }
        do throws(Problem) {
            return try endpoint.answer(request, body: body)
        } catch {
            return .now(error.answer)
        }
    }

    /// The answer of an endpoint that took its time.
    func answer(for result: Result<HTTPAnswer, any Error>) -> HTTPAnswer {
        switch result {
        case .success(let answer): answer
        case .failure(let problem as Problem): problem.answer
        case .failure(let error as BusError): Problem(error).answer
        case .failure: Problem(.internalServerError, "the request failed for a reason that was not foreseen").answer
        }
    }

    /// Counts an answer.
    func count(_ status: HTTPResponseStatus, of request: AdmittedRequest?) {
        self.counters.requests.count(route: request?.route?.name ?? "other", status: Int(status.code))
    }

    // MARK: Heads

    private func check(
        _ request: inout AdmittedRequest, _ head: HTTPRequestHead, _ peer: Peer
    ) throws(Problem) -> HTTPAnswer? {
        try HeadRules(limits: self.limits).check(head)
        let target = try RequestTarget(head.uri, limit: self.limits.targetBytes)
        // The host that a target names counts instead of the field (RFC 9112, 3.2.2).
        if let authority = target.authority { request.headers.replaceOrAdd(name: "Host", value: authority) }
        request.path = target.path
        request.query = target.query
        if target.path == "*", head.method == .OPTIONS { return HTTPAnswer(.noContent) }
        guard let route = self.routes[target.path] else { throw .notFound }
        request.route = route
        if head.method == .OPTIONS { return try self.options(route, request.headers) }
        guard route.allows(head.method) else { throw .methodNotAllowed(head.method, route) }
        let refusal = self.refusal(of: &request, route, peer)
        if let answer = self.turnAway(&request, route, peer) { return answer }
        if let refusal { throw refusal }
        if route.endpoint.isAlwaysAnswered { request.claimant = .observer }
        if route.endpoint.needsKey(head.method) { request.claimant = .publisher }
        request.body = route.endpoint.body(head.method)
        try request.body.check(length: head.headers.first(name: "Content-Length"))
        try route.endpoint.check(&request)
        if request.announcesBody, !self.budget.hasRoom(for: request.claimant) { throw .noRoom }
        return nil
    }

    private func options(_ route: Route, _ headers: HTTPHeaders) throws(Problem) -> HTTPAnswer {
        var fields: HTTPHeaders = ["Allow": route.allowed]
        if let origin = headers.first(name: "Origin"), headers.contains(name: "Access-Control-Request-Method") {
            guard self.cors.mayWrite(headers) else { throw .foreignOrigin(origin) }
            fields.add(contentsOf: self.cors.preflightFields(allowed: route.allowed))
        }
        return HTTPAnswer(.noContent, headers: fields)
    }

    /// Why the request is not allowed. It is said only to whom there is room for.
    private func refusal(of request: inout AdmittedRequest, _ route: Route, _ peer: Peer) -> Problem? {
        do throws(Problem) {
            try self.authorize(&request, route, peer)
            return nil
        } catch {
            return error
        }
    }

    private func authorize(_ request: inout AdmittedRequest, _ route: Route, _ peer: Peer) throws(Problem) {
        if route.endpoint.isWrite(request.method), !self.cors.mayWrite(request.headers) {
            throw .foreignOrigin(request.headers.first(name: "Origin") ?? "")
        }
        guard route.endpoint.takesKey(request.method) else { return }
        let needsKey = route.endpoint.needsKey(request.method)
        switch self.showKey(&request, peer, isNeeded: needsKey) {
        case .open: break
        case .right: request.hasRightKey = true
        case .missing where needsKey: throw .unauthorized(request, hasCredentials: false)
        case .wrong:
            request.hasRightKey = false
            guard !needsKey else { throw .unauthorized(request, hasCredentials: true) }
        case .missing: break
        case .wait(let seconds): throw .tooManyGuesses(after: seconds)
        }
    }

    private func showKey(_ request: inout AdmittedRequest, _ peer: Peer, isNeeded: Bool) -> KeyGate.Verdict {
        let authorization = request.headers.first(name: "Authorization")
        guard authorization != nil else {
            return self.gate.judge(nil, from: .unknown, isKnown: false, isNeeded: isNeeded)
        }
        let client = self.client(of: request, peer)
        request.client = client
        return self.gate.judge(
            authorization, from: client, isKnown: peer.hasShownKey && !peer.isProxy, isNeeded: isNeeded)
    }

    private func client(of request: AdmittedRequest, _ peer: Peer) -> ClientAddress {
        guard let address = peer.address else { return .unknown }
        return peer.isProxy ? self.forwarded.client(of: address, headers: request.headers) : address
    }

    /// A publish request that its head alone refuses is one of those that were refused.
    private func countRefusal(_ request: AdmittedRequest) {
        guard let route = request.route, request.method == .POST, route.endpoint is PublishEndpoint else { return }
        self.counters.publishing.count(.refused)
    }

    // MARK: Overload

    private func turnAway(_ request: inout AdmittedRequest, _ route: Route, _ peer: Peer) -> HTTPAnswer? {
        guard !route.endpoint.isAlwaysAnswered else { return nil }
        if route.endpoint.isStream, self.condition.isDraining {
            return TurnAway.draining.answer(to: request)
        }
        // What the reserve is for.
        if request.hasRightKey == true { return nil }
        if peer.seat.beganInReserve, !peer.seat.becomeOrdinary() {
            self.counters.connections.turnAway()
            return TurnAway.full.answer(to: request)
        }
        if peer.isOverAddressCap { return TurnAway.tooManyOfOneAddress.answer(to: request) }
        return self.turnAwayBehindProxy(&request, peer)
    }

    private func turnAwayBehindProxy(_ request: inout AdmittedRequest, _ peer: Peer) -> HTTPAnswer? {
        guard peer.isProxy, let address = peer.address else { return nil }
        let client = self.forwarded.client(of: address, headers: request.headers)
        guard client != address else { return nil }
        let (lease, count) = self.ledger.lease(client)
        request.lease = lease
        guard let maximum = self.ledger.caps.perAddress, count > maximum else { return nil }
        self.log.isFull(client, count)
        return TurnAway.tooManyOfOneAddress.answer(to: request)
    }
}
