import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import NIOCore
import Synchronization

/// `GET /health/live`: the process answers.
struct LivenessEndpoint: Endpoint {
    var isAlwaysServed: Bool { true }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        .now(.json(text: #"{"status":"live"}"#))
    }
}

/// `GET /health/ready`: whether clients should be sent to this member.
struct ReadinessEndpoint: Endpoint {
    let bus: any EventBus
    let condition: ServerCondition

    var isAlwaysServed: Bool { true }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        guard !self.condition.isDraining else {
            throw Problem.later(.serviceUnavailable, "this member is shutting down", after: 5)
        }
        switch self.bus.status {
        case .ready: return .now(.json(text: #"{"status":"ready"}"#))
        case .notReady(let reason):
            throw Problem.later(.serviceUnavailable, "the bus is not delivering: \(reason)", after: 1)
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
