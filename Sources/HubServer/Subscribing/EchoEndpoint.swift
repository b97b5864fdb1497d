import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTransports
import NIOCore

/// A path that begins a transport without a subscription.
struct EchoEndpoint: Endpoint {
    let transport: WebSocketEcho
    let cors: CORSPolicy

    var isStream: Bool { true }

    func check(_ request: inout HubRequest) throws(Problem) {
        try self.transport.check(self.streamRequest(request))
    }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        .stream(self.transport, self.streamRequest(request), session)
    }

    private func streamRequest(_ request: HubRequest) -> StreamRequest {
        var streamRequest = StreamRequest(topics: [], start: .latest)
        streamRequest.fields = request.fields
        streamRequest.mayWrite = self.cors.mayWrite(request.fields, to: request.authority)
        return streamRequest
    }
}
