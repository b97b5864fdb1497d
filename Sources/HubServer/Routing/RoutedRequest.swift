import ByteStreams
import HTTPTypes
import HTTPWire
import HubTransports
import NIOCore

/// A request that the router has looked at, and what becomes of it. Used only on the loop of its connection.
final class RoutedRequest {
    let refusal: Response?
    private let router: Router
    private var request: HubRequest
    private let accessRecord: AccessRecord?

    init(_ request: HubRequest, _ router: Router, refusal: Response?, _ accessRecord: AccessRecord?) {
        self.request = request
        self.router = router
        self.refusal = refusal
        self.accessRecord = accessRecord
    }
}

extension RoutedRequest: AdmittedRequest {
    var body: BodyAllowance { self.request.body }
    var claimant: ByteBudget.Claimant { self.request.claimant }
    var commonFields: HTTPFields { self.request.commonFields }
    var lease: AddressLease? { self.request.lease }
    var hasRightKey: Bool? { self.request.hasRightKey }
    var record: (any RequestRecord)? { self.accessRecord }

    func count(_ status: HTTPResponse.Status) {
        self.router.count(status, of: self.request.route)
    }

    func serve(_ body: ByteBuffer, on exchange: any HTTPExchange) {
        guard let awaited = self.request.awaited else { return self.serveNow(body, on: exchange) }
        let wait = ClientWait()
        exchange.observe(wait)
        awaited.hop(to: exchange.eventLoop).assumeIsolated().whenComplete { _ in
            guard wait.isClientThere else { return }
            do throws(Problem) {
                try self.router.admitAgain(&self.request)
                self.accessRecord?.note(self.request)
                self.serveNow(body, on: exchange)
            } catch {
                exchange.refuse(error)
            }
        }
    }

    private func serveNow(_ body: ByteBuffer, on exchange: any HTTPExchange) {
        self.complete(self.router.serve(self.request, body: body), on: exchange)
    }

    private func complete(_ outcome: Outcome, on exchange: any HTTPExchange) {
        switch outcome {
        case .asked(let future):
            let wait = ClientWait()
            exchange.observe(wait)
            future.hop(to: exchange.eventLoop).assumeIsolated().whenComplete { result in
                guard wait.isClientThere else { return }
                switch result {
                case .success(let outcome): self.complete(outcome, on: exchange)
                case .failure(let error): exchange.respond(self.router.response(for: error, of: self.request))
                }
            }
        case .now(let response):
            exchange.respond(response)
        case .later(let future):
            future.hop(to: exchange.eventLoop).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let response): exchange.respond(response)
                case .failure(let error): exchange.respond(self.router.response(for: error, of: self.request))
                }
            }
        case .stream where self.router.isDraining:
            // It began to while an application was asked, say.
            exchange.respond(TurnAway.draining.response(to: self.request))
        case .stream(let endpoint, let request, let session):
            // The request goes with the stream, which may have to wait for long.
            self.request.forgetHead()
            // HEAD of a stream says what it would be, and opens none.
            guard !exchange.omitsBody else { return endpoint.describe(request, exchange) }
            endpoint.open(request, of: session, on: exchange)
        }
    }
}

/// Whether the client of a request that waits is still there. Used only on the loop of its connection.
private final class ClientWait: ExchangeObserver {
    private(set) var isClientThere = true

    func inputEnded() {}

    func connectionClosed() { self.isClientThere = false }

    func becameWritable() {}
}
