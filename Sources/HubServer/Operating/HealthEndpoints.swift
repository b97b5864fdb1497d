import HubCore
import NIOCore
import NIOHTTP1
import Synchronization

/// `GET /health/live`: the process answers.
struct LivenessEndpoint: Endpoint {
    var isAlwaysAnswered: Bool { true }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        .now(.json(text: #"{"status":"live"}"#))
    }
}

/// `GET /health/ready`: whether clients should be sent to this member.
struct ReadinessEndpoint: Endpoint {
    let bus: any EventBus
    let condition: ServerCondition

    var isAlwaysAnswered: Bool { true }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        guard !self.condition.isDraining else {
            throw .later(.serviceUnavailable, "this member is shutting down", after: 5)
        }
        switch self.bus.status {
        case .ready: return .now(.json(text: #"{"status":"ready"}"#))
        case .notReady(let reason): throw .later(.serviceUnavailable, "the bus is not delivering: \(reason)", after: 1)
        }
    }
}

/// What the whole server is doing, readable from every loop.
final class ServerCondition: Sendable {
    private let draining = Atomic(false)

    /// Whether the server is shutting down: readiness fails, and new streams are turned away.
    var isDraining: Bool { self.draining.load(ordering: .relaxed) }

    func drain() {
        self.draining.store(true, ordering: .relaxed)
    }
}
