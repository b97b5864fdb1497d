import ByteStrings
public import HTTPTypes
public import HTTPWire
import HubCore
public import HubDoor
import NIOCore

/// `GET` and `POST /poll`: what there is after a cursor, at once.
public struct PollEndpoint: StreamEndpoint {
    /// Where a stream begins is known after 2 seconds at the latest; what can't be shown to be complete soon after that is
    /// answered as far as it goes.
    private static let patience = TimeAmount.seconds(4)

    /// Makes the endpoint.
    public init() {}

    public var mediaType: String { BatchHead.mediaType }

    public var takesForms: Bool { true }

    public var isMomentary: Bool { true }

    public func cursor(in fields: HTTPFields) -> String? { Self.furthestCursor(in: fields) }

    /// Of several entity tags the furthest cursor, since whoever has it has what came before. Ids rise as plain text. If none is a
    /// cursor of ours the first is taken, so that the response says so. `*` names no position.
    static func furthestCursor(in fields: HTTPFields) -> String? {
        let tags = EntityTag.list(fields).filter { $0 != "*" }
        return (tags.filter { Cursor($0.string) != nil }.max() ?? tags.first)?.string
    }

    public func check(_ request: StreamRequest) throws(Problem) {
        _ = try BatchRequest(request)
    }

    public func open(_ request: StreamRequest, of session: Session, on exchange: any HTTPExchange) {
        do throws(Problem) {
            BatchOutlet(exchange, try BatchRequest(request), .poll, of: request.client)
                .serve(request, exchange, lifetime: Self.patience, in: session)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any HTTPExchange) {
        exchange.respond(Response(.ok, fields: BatchHead.fields))
    }
}
