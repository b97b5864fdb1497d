import ByteStrings
import HTTPTypes
public import HTTPWire
public import HubCore
public import HubDoor
public import NIOCore

/// `GET /iframe`: a page that grows, for a hidden frame that hands each event to its parent.
public struct IFrameEndpoint: StreamEndpoint {
    private let heartbeat: TimeAmount
    private let allows: @Sendable (_ origin: String, _ host: String?) -> Bool

    /// Makes the endpoint.
    /// - Parameters:
    ///   - heartbeat: The mean time between two heartbeats of a stream, by which a page knows that its connection is dead.
    ///   - allows: Whether pages of an origin may hold the frame of a request with this `Host`.
    public init(
        heartbeat: TimeAmount, allows: @escaping @Sendable (_ origin: String, _ host: String?) -> Bool
    ) {
        self.heartbeat = heartbeat
        self.allows = allows
    }

    public var mediaType: String { "text/html" }

    public func check(_ request: StreamRequest) throws(Problem) {
        _ = try self.origin(of: request)
    }

    public func open(_ request: StreamRequest, of session: Session, on exchange: any HTTPExchange) {
        do throws(Problem) {
            HTTPStreamOutlet(exchange, try self.page(for: request), of: request.client)
                .serve(request, exchange, in: session)
        } catch {
            exchange.refuse(error)
        }
    }

    /// A frame with a refusal in it would never come back.
    public func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> Response? {
        (try? self.page(for: request))?.farewell(reason, retry: retry)
    }

    public func describe(_ request: StreamRequest, _ exchange: any HTTPExchange) {
        do throws(Problem) {
            exchange.respond(Response(.ok, fields: try self.page(for: request).fields(exchange, nil)))
        } catch {
            exchange.refuse(error)
        }
    }

    private func page(for request: StreamRequest) throws(Problem) -> IFrameFormat {
        IFrameFormat(origin: try self.origin(of: request), format: request.format, heartbeat: self.heartbeat)
    }

    private func origin(of request: StreamRequest) throws(Problem) -> PageOrigin {
        guard let text = try request.option("origin"), let origin = PageOrigin(text) else {
            throw Problem(
                .badRequest, "'origin' must be the origin of the page that holds the frame, such as https://example.org"
            )
        }
        guard self.allows(origin.text, request.authority) else {
            throw Problem(
                .forbidden, "pages of the origin '\(origin.text)' may not do this; allow it with --cors-origin")
        }
        return origin
    }
}
