public import HubCore
import NIOCore
public import NIOHTTP1

/// `GET` and `POST /poll`: what there is after a cursor, at once.
public struct PollEndpoint: StreamEndpoint {
    /// Where a stream begins is known after 2 seconds at the latest; what can't be shown to be complete soon after that is
    /// answered as far as it goes.
    private static let patience = TimeAmount.seconds(4)

    private let hub: Hub

    /// Makes the endpoint of a hub.
    public init(hub: Hub) {
        self.hub = hub
    }

    public var mediaType: String { BatchHead.mediaType }

    public var takesForms: Bool { true }

    public var isMomentary: Bool { true }

    public func cursor(in headers: HTTPHeaders) -> String? { EntityTag.cursor(in: headers) }

    public func check(_ request: StreamRequest) throws(StreamRefusal) {
        _ = try BatchRequest(request)
    }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        do throws(StreamRefusal) {
            BatchOutlet(exchange, try BatchRequest(request), .poll)
                .answer(request, exchange, lifetime: Self.patience, from: self.hub)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        exchange.respond(
            HTTPResponseHead(version: exchange.version, status: .ok, headers: BatchHead.fields), body: nil)
    }
}
