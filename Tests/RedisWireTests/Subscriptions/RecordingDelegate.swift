import RedisWire
import Synchronization

/// Writes down what it is told.
final class RecordingDelegate: RedisSubscriptionDelegate {
    enum Event: Equatable {
        case subscribed(String)
        case unsubscribed(String)
        case message(String, on: String)
        case passedOver(String)
        case closed(RedisError?)
    }

    private let record = Mutex<[Event]>([])
    private let batchCount = Mutex(0)

    /// What it was told, but for the ends of batches.
    var events: [Event] { self.record.withLock { $0 } }

    /// The ends of batches.
    var batches: Int { self.batchCount.withLock { $0 } }

    /// The texts of the messages.
    var messages: [String] {
        self.events.compactMap { event in
            guard case .message(let text, _) = event else { return nil }
            return text
        }
    }

    /// The error with which it was closed; nil if it wasn't, or without an error.
    var closeError: RedisError? {
        guard case .closed(let error)? = self.events.last else { return nil }
        return error
    }

    func subscribed(_ channel: [UInt8]) { self.add(.subscribed(Self.text(channel))) }
    func unsubscribed(_ channel: [UInt8]) { self.add(.unsubscribed(Self.text(channel))) }
    func passedOver(on channel: [UInt8]) { self.add(.passedOver(Self.text(channel))) }
    func closed(_ error: RedisError?) { self.add(.closed(error)) }
    func receivedAll() { self.batchCount.withLock { $0 += 1 } }

    func received(message: [UInt8], on channel: [UInt8]) {
        self.add(.message(Self.text(message), on: Self.text(channel)))
    }

    private func add(_ event: Event) { self.record.withLock { $0.append(event) } }
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
