import ByteStrings
import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// A subscribing path: checks what is asked for, and leaves the answer to a transport.
struct SubscribeEndpoint: Endpoint {
    let transport: any StreamEndpoint
    let maximumTopics: Int
    let cors: CORSPolicy
    let keys: PublishKeys
    let hub: Hub
    let counters: PublishCounters

    var isStream: Bool { true }

    var methods: [HTTPMethod] { self.transport.takesForms ? [.GET, .POST] : [.GET] }

    /// A POST is a GET whose query no URL would hold.
    func isWrite(_ method: HTTPMethod) -> Bool { false }

    func body(_ method: HTTPMethod) -> BodyAllowance {
        method == .POST ? SubscribeForm.allowance(maximumTopics: self.maximumTopics) : .none
    }

    func takesKey(_ method: HTTPMethod) -> Bool { self.transport.takesPublications }

    func check(_ request: inout AdmittedRequest) throws(Problem) {
        guard MediaType.accepts(ByteString(self.transport.mediaType), request.headers) else {
            throw Problem(.notAcceptable, "this path answers \(self.transport.mediaType), which Accept does not allow")
        }
        guard request.method != .POST else { return try SubscribeForm.check(request) }
        request.stream = try self.checkedStreamRequest(request)
    }

    func farewell(to request: AdmittedRequest, _ reason: CloseReason, retry: Int32) -> HTTPAnswer? {
        guard request.method == .GET, let streamRequest = try? self.streamRequest(request),
            let farewell = self.transport.farewell(streamRequest, reason, retry: retry)
        else { return nil }
        return HTTPAnswer(.ok, headers: farewell.headers, body: farewell.body)
    }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        guard request.stream == nil else { return self.begin(request) }
        var request = request
        request.query.append(try SubscribeForm(request, body).items)
        request.stream = try self.checkedStreamRequest(request)
        return self.begin(request)
    }

    private func begin(_ request: AdmittedRequest) -> Outcome {
        guard let stream = request.stream, self.transport.isMomentary || self.hub.hasRoom(for: stream.topics) else {
            return .now(TurnAway.tooManyTopics.answer(to: request))
        }
        return .stream(self.transport, stream)
    }

    private func checkedStreamRequest(_ request: AdmittedRequest) throws(Problem) -> StreamRequest {
        let streamRequest = try self.streamRequest(request)
        do throws(StreamRefusal) { try self.transport.check(streamRequest) } catch { throw Problem(error) }
        return streamRequest
    }

    private func streamRequest(_ request: AdmittedRequest) throws(Problem) -> StreamRequest {
        let headers = request.headers
        var streamRequest = try SubscribeQuery(request.query, maximumTopics: self.maximumTopics).streamRequest(
            cursors: [headers.first(name: "Last-Event-ID"), self.transport.cursor(in: headers)],
            isBrowser: request.isBrowserEventSource, now: WallClock.milliseconds)
        streamRequest.isBrowserEventSource = request.isBrowserEventSource
        streamRequest.headers = headers
        streamRequest.query = request.query.items
        streamRequest.mayWrite = self.cors.mayWrite(headers)
        if self.transport.takesPublications {
            streamRequest.publisher = self.publisher(of: request)
        }
        return streamRequest
    }

    /// A key is judged once, when the stream begins, and may be withdrawn later; one that was wrong then stays so.
    private func publisher(of request: AdmittedRequest) -> StreamPublisher {
        let authorization = request.headers.first(name: "Authorization")
        let wasWrong = request.hasRightKey == false
        return StreamPublisher(
            isAllowed: { [keys] in keys.isEmpty || (!wasWrong && keys.allow(authorization)) },
            countRefusal: { [counters] in counters.count(.refused) },
            publish: { [bus = self.hub.bus, counters] publications in
                let published = bus.publish(publications)
                published.whenComplete { counters.count($0) }
                return published
            })
    }
}

extension Problem {
    /// What a transport said.
    init(_ refusal: StreamRefusal) {
        self.init(refusal.status, refusal.detail, headers: refusal.headers)
    }
}
