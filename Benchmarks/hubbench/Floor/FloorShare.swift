import Dispatch
import Foundation
import HubLoad
import Synchronization

/// A thread's share of the floor's streams.
final class FloorShare: Sendable {
    private typealias Delivery = (topic: Int, event: [UInt8])

    private let subscribers = Mutex<[Int: ContiguousArray<CInt>]>([:])
    private let due = Mutex<[Delivery]>([])
    private let isDue = DispatchSemaphore(value: 0)

    func add(_ descriptor: CInt, topics: [Int]) {
        self.subscribers.withLock { subscribers in
            for topic in topics { subscribers[topic, default: []].append(descriptor) }
        }
    }

    func remove(_ descriptor: CInt) {
        self.subscribers.withLock { subscribers in
            for topic in subscribers.keys { subscribers[topic]?.removeAll { $0 == descriptor } }
        }
    }

    /// Sends an event to the share's streams of a topic.
    func publish(_ event: [UInt8], to topic: Int) {
        self.subscribers.withLock { subscribers in
            for descriptor in subscribers[topic] ?? [] { FloorServer.give(event, to: descriptor) }
        }
    }

    /// Lets the share's own thread publish an event.
    func hand(_ event: [UInt8], to topic: Int) {
        self.due.withLock { $0.append((topic, event)) }
        self.isDue.signal()
    }

    /// Starts a thread that publishes what is handed over.
    func start() {
        Thread.detachNewThread {
            while true {
                self.isDue.wait()
                let deliveries = self.due.withLock { due in
                    defer { due = [] }
                    return due
                }
                for delivery in deliveries { self.publish(delivery.event, to: delivery.topic) }
            }
        }
    }
}
