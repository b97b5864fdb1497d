import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// A path that begins a transport without a subscription.
struct EchoEndpoint: Endpoint {
    let transport: WebSocketEcho
    let cors: CORSPolicy

    var isStream: Bool { true }

    func check(_ request: inout AdmittedRequest) throws(Problem) {
        let streamRequest = self.streamRequest(request)
        do throws(StreamRefusal) { try self.transport.check(streamRequest) } catch { throw Problem(error) }
    }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        .stream(self.transport, self.streamRequest(request))
    }

    private func streamRequest(_ request: AdmittedRequest) -> StreamRequest {
        var streamRequest = StreamRequest(topics: [], start: .latest)
        streamRequest.headers = request.headers
        streamRequest.mayWrite = self.cors.mayWrite(request.headers)
        return streamRequest
    }
}
