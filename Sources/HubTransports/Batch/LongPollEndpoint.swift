public import HubCore
import NIOCore
import NIOHTTP1

/// `GET` and `POST /long-poll`: what there is after a cursor, as soon as there is something.
public struct LongPollEndpoint: StreamEndpoint {
    private let hub: Hub

    /// Makes the endpoint of a hub.
    public init(hub: Hub) {
        self.hub = hub
    }

    public var mediaType: String { BatchHead.mediaType }

    public var takesForms: Bool { true }

    public func check(_ request: StreamRequest) throws(StreamRefusal) {
        _ = try BatchRequest(request)
    }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        do throws(StreamRefusal) {
            let batch = try BatchRequest(request)
            // Clients that began together do not come back together.
            let milliseconds = Int64.random(in: Int64(batch.timeout) * 900...Int64(batch.timeout) * 1000)
            let outlet = BatchOutlet(exchange, batch, .longPoll)
            // Nearly always the client is gone; one that still reads has its answer, with what there is, and no wait.
            exchange.onInputEnd = { outlet.hurry() }
            outlet.answer(request, exchange, lifetime: .milliseconds(milliseconds), from: self.hub)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        exchange.respond(
            HTTPResponseHead(version: exchange.version, status: .ok, headers: BatchHead.fields), body: nil)
    }
}
