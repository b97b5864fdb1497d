import CEpoll
import Foundation
import HubLoad

/// The floor: the least that a server in user space can do for a fan-out on this kernel.
///
/// One thread, one `send(2)` of the same bytes to each subscriber of a topic. It speaks just enough HTTP for the load
/// generator, takes a request for whole when it has read once, keeps nothing, and promises nothing.
struct FloorServer {
    private static let streamHead = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n".utf8)
    private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)

    /// Where it listens.
    let port: Int
    private let listener: CInt
    private let poller = epoll_create1(CInt(EPOLL_CLOEXEC))
    private var subscribers: [Int: ContiguousArray<CInt>] = [:]
    private var lastID = 0

    /// Begins to listen on a port that the system chooses.
    /// - Throws: `LoadFailure`.
    init() throws(LoadFailure) {
        OpenFiles.raiseLimit()
        (self.listener, self.port) = try LoopbackListener.open(backlog: 4096)
        self.watch(self.listener)
    }

    /// Serves without an end.
    mutating func run() throws(LoadFailure) {
        var events = [epoll_event](repeating: epoll_event(), count: 512)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = epoll_wait(self.poller, &events, CInt(events.count), -1)
            guard count >= 0 || errno == EINTR else { throw LoadFailure("the floor can't poll") }
            for event in events[..<Int(max(0, count))] {
                if event.data.fd == self.listener { self.accept() } else { self.read(event.data.fd, &buffer) }
            }
        }
    }

    private func watch(_ descriptor: CInt) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: descriptor))
        epoll_ctl(self.poller, EPOLL_CTL_ADD, descriptor, &event)
    }

    private func accept() {
        while case let descriptor = Foundation.accept(self.listener, nil, nil), descriptor >= 0 {
            var on: CInt = 1
            setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
            self.watch(descriptor)
        }
    }

    private mutating func read(_ descriptor: CInt, _ buffer: inout [UInt8]) {
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        guard count > 0, let request = FloorRequest(buffer[..<count]) else { return self.leave(descriptor) }
        switch request {
        case .subscribe(let topics):
            Self.give(Self.streamHead, to: descriptor)
            for topic in topics { self.subscribers[topic, default: []].append(descriptor) }
        case .publish(let topic, let data):
            self.lastID += 1
            self.publish(Array("id: \(self.lastID)\ndata: ".utf8) + data + Array("\n\n".utf8), to: topic)
            Self.give(Self.answer, to: descriptor)
        }
    }

    private func publish(_ event: [UInt8], to topic: Int) {
        guard let subscribers = self.subscribers[topic] else { return }
        for subscriber in subscribers { Self.give(event, to: subscriber) }
    }

    private mutating func leave(_ descriptor: CInt) {
        for topic in self.subscribers.keys { self.subscribers[topic]?.removeAll { $0 == descriptor } }
        close(descriptor)
    }

    private static func give(_ bytes: [UInt8], to descriptor: CInt) {
        let sent = send(descriptor, bytes, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
        guard sent != bytes.count else { return }
        FileHandle.standardError.write(Data("the floor could not send all to a stream\n".utf8))
    }
}
