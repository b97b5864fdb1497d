import ByteStrings
public import HubCore
public import NIOCore
import NIOHTTP1

/// `GET /iframe`: a page that grows, for a hidden frame that hands each event to its parent.
public struct IFrameEndpoint: StreamEndpoint {
    private let hub: Hub
    private let heartbeat: TimeAmount
    private let allows: @Sendable (_ origin: String, _ host: String?) -> Bool

    /// Makes the endpoint of a hub.
    /// - Parameters:
    ///   - hub: The hub.
    ///   - heartbeat: The mean time between two heartbeats of a stream, by which a page knows that its connection is dead.
    ///   - allows: Whether pages of an origin may hold the frame of a request with this `Host`.
    public init(
        hub: Hub, heartbeat: TimeAmount, allows: @escaping @Sendable (_ origin: String, _ host: String?) -> Bool
    ) {
        self.hub = hub
        self.heartbeat = heartbeat
        self.allows = allows
    }

    public var mediaType: String { "text/html" }

    public func check(_ request: StreamRequest) throws(StreamRefusal) {
        _ = try self.origin(of: request)
    }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        do throws(StreamRefusal) {
            HTTPStreamOutlet(exchange, try self.page(for: request))
                .answer(request, exchange, from: self.hub)
        } catch {
            exchange.refuse(error)
        }
    }

    /// A frame with a refusal in it would never come back.
    public func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> StreamFarewell? {
        (try? self.page(for: request))?.farewell(reason, retry: retry)
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        do throws(StreamRefusal) {
            exchange.respond(try self.page(for: request).head(exchange, nil), body: nil)
        } catch {
            exchange.refuse(error)
        }
    }

    private func page(for request: StreamRequest) throws(StreamRefusal) -> IFrameFormat {
        IFrameFormat(origin: try self.origin(of: request), format: request.format, heartbeat: self.heartbeat)
    }

    private func origin(of request: StreamRequest) throws(StreamRefusal) -> PageOrigin {
        guard let text = try request.option("origin"), let origin = PageOrigin(text) else {
            throw StreamRefusal(
                .badRequest, "'origin' must be the origin of the page that holds the frame, such as https://example.org"
            )
        }
        guard self.allows(origin.text, request.headers.first(name: "Host")) else {
            throw StreamRefusal(
                .forbidden, "pages of the origin '\(origin.text)' may not do this; allow it with --cors-origin")
        }
        return origin
    }
}
