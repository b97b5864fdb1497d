import HTTPTypes
public import HTTPWire
import HubCore
public import HubDoor
import NIOCore

/// `GET` and `POST /long-poll`: what there is after a cursor, as soon as there is something.
public struct LongPollEndpoint: StreamEndpoint {

    /// Makes the endpoint.
    public init() {}

    public var mediaType: String { BatchHead.mediaType }

    public var takesForms: Bool { true }

    public func check(_ request: StreamRequest) throws(Problem) {
        _ = try BatchRequest(request)
    }

    public func open(_ request: StreamRequest, of session: Session, on exchange: any HTTPExchange) {
        do throws(Problem) {
            let batch = try BatchRequest(request)
            // Clients that began together do not come back together.
            let milliseconds = Int64.random(in: Int64(batch.timeout) * 900...Int64(batch.timeout) * 1000)
            let outlet = BatchOutlet(exchange, batch, .longPoll, of: request.client)
            outlet.serve(request, exchange, lifetime: .milliseconds(milliseconds), in: session)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any HTTPExchange) {
        exchange.respond(Response(.ok, fields: BatchHead.fields))
    }
}
