import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// A subscribing path: checks what is asked for, and leaves the answer to a transport.
struct SubscribeEndpoint: Endpoint {
    let transport: any StreamEndpoint
    let maximumTopics: Int

    var isStream: Bool { true }

    func check(_ request: AdmittedRequest) throws(Problem) {
        guard MediaType.accepts(self.transport.mediaType, request.headers["Accept"]) else {
            throw Problem(.notAcceptable, "this path answers \(self.transport.mediaType), which Accept does not allow")
        }
        _ = try self.streamRequest(request)
    }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        .stream(self.transport, try self.streamRequest(request))
    }

    private func streamRequest(_ request: AdmittedRequest) throws(Problem) -> StreamRequest {
        try SubscribeQuery(request.query, maximumTopics: self.maximumTopics).streamRequest(
            lastEventID: request.headers.first(name: "Last-Event-ID"), isBrowser: request.isBrowserEventSource,
            now: WallClock.milliseconds)
    }
}
