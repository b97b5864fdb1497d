import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTransports
import NIOCore

/// A subscribing path: checks what is asked for, and leaves the response to a transport.
struct SubscribeEndpoint: Endpoint {
    let transport: any StreamEndpoint
    let cors: CORSPolicy
    let door: Door

    var isStream: Bool { true }

    var methods: [HTTPRequest.Method] { self.transport.takesForms ? [.get, .post] : [.get] }

    /// A POST is a GET whose query no URL would hold.
    func isWrite(_ method: HTTPRequest.Method) -> Bool { false }

    func body(_ method: HTTPRequest.Method) -> BodyAllowance {
        method == .post ? SubscribeForm.allowance(maximumTopics: self.door.maximumTopics) : .none
    }

    func takesKey(_ method: HTTPRequest.Method) -> Bool { self.transport.takesPublications }

    func check(_ request: inout HubRequest) throws(Problem) {
        guard MediaType.accepts(ByteString(self.transport.mediaType), request.fields) else {
            throw Problem(.notAcceptable, "this path answers \(self.transport.mediaType), which Accept does not allow")
        }
        guard request.method != .post else { return try SubscribeForm.check(request) }
        request.stream = try self.checkedStreamRequest(request)
    }

    func farewell(to request: HubRequest, _ reason: CloseReason, retry: Int32) -> Response? {
        guard request.method == .get, let streamRequest = try? self.streamRequest(request, for: .hub) else {
            return nil
        }
        return self.transport.farewell(streamRequest, reason, retry: retry)
    }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        guard request.stream == nil else { return try self.begin(request, session) }
        var request = request
        request.query.append(try SubscribeForm(request, body).items)
        request.stream = try self.checkedStreamRequest(request)
        return try self.begin(request, session)
    }

    private func begin(_ request: HubRequest, _ session: Session) throws -> Outcome {
        let unapproved = session.unapproved(request.stream?.topics ?? [])
        guard !unapproved.isEmpty else { return try self.open(request, session) }
        let approved = try session.approval(of: unapproved).flatMapThrowing { approval in
            try self.open(request, try session.with(approval))
        }
        return .asked(approved.flatMapErrorThrowing { try self.farewell(to: request, after: $0) })
    }

    /// A browser's own EventSource would take a refusal for the end, when the application is only away.
    private func farewell(to request: HubRequest, after error: any Error) throws -> Outcome {
        guard case Refusal.noApproval = error, request.isBrowserEventSource else { throw error }
        return .now(TurnAway.noApproval.response(to: request))
    }

    private func open(_ request: HubRequest, _ session: Session) throws -> Outcome {
        try session.check(request.stream?.topics ?? [])
        guard let stream = request.stream, self.transport.isMomentary || session.hasRoom(for: stream.topics) else {
            return .now(TurnAway.tooManyTopics.response(to: request))
        }
        return .stream(self.transport, stream, session)
    }

    private func checkedStreamRequest(_ request: HubRequest) throws(Problem) -> StreamRequest {
        let streamRequest = try self.streamRequest(request, for: request.principal)
        try self.transport.check(streamRequest)
        return streamRequest
    }

    /// - Parameter principal: Whose topics it may be. Whoever is turned away is told so whatever was asked for.
    private func streamRequest(_ request: HubRequest, for principal: Principal) throws(Problem) -> StreamRequest {
        let query = try SubscribeQuery(request.query)
        let topics: [Topic]
        do throws(Refusal) {
            topics = try self.door.session(principal).topics(named: query.topics)
        } catch {
            throw Problem(error)
        }
        var streamRequest = query.streamRequest(
            topics, cursors: [request.fields.first(.lastEventID), self.transport.cursor(in: request.fields)],
            isBrowser: request.isBrowserEventSource, now: WallClock.milliseconds)
        streamRequest.isBrowserEventSource = request.isBrowserEventSource
        streamRequest.fields = request.fields
        streamRequest.client = request.client
        streamRequest.authority = request.authority
        streamRequest.query = request.query.items
        streamRequest.mayWrite = self.cors.mayWrite(request.fields, to: request.authority)
        return streamRequest
    }
}
