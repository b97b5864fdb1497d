import RedisWire
import Synchronization

/// Calls its connection from inside the calls that it gets: on "a" it subscribes to "b", on "b" it closes.
final class ClosingDelegate: RedisSubscriptionDelegate {
    let connection = Mutex<RedisSubscriptionConnection?>(nil)
    let calls = Mutex<[String]>([])

    func subscribed(_ channel: [UInt8]) {
        self.note(String(decoding: channel, as: UTF8.self))
        let connection = self.connection.withLock { $0 }
        if channel == Array("a".utf8) {
            connection?.subscribe([Array("b".utf8), Array("c".utf8)])
        } else {
            connection?.close()
        }
    }

    func unsubscribed(_ channel: [UInt8]) { self.note("unsubscribed") }
    func received(message: [UInt8], on channel: [UInt8]) { self.note("received") }
    func passedOver(on channel: [UInt8]) { self.note("passedOver") }
    func receivedAll() { self.note("receivedAll") }
    func closed(_ error: RedisError?) { self.note("closed") }

    private func note(_ call: String) { self.calls.withLock { $0.append(call) } }
}
