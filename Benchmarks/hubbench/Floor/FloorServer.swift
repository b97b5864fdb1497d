import CEpoll
import Foundation
import HubLoad

/// The floor: the least that a server in user space can do for a fan-out on this kernel.
///
/// One `send(2)` of the same bytes to each subscriber of a topic. It speaks just enough HTTP for the load generator, takes
/// a request for whole when it has read once, keeps nothing, and promises nothing. One thread reads; others, if there are
/// any, have their share of the streams to send to, as a hub's loops do.
struct FloorServer {
    private static let streamHead = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n".utf8)
    private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)

    /// Where it listens.
    let port: Int
    private let listener: CInt
    private let poller = epoll_create1(CInt(EPOLL_CLOEXEC))
    /// The first is the reading thread's own.
    private let shares: [FloorShare]
    private var lastID = 0

    /// Begins to listen on a port that the system chooses.
    /// - Parameter threads: How many there are, one at least.
    /// - Throws: `LoadFailure`.
    init(threads: Int) throws(LoadFailure) {
        OpenFiles.raiseLimit()
        self.shares = (0..<threads).map { _ in FloorShare() }
        for share in self.shares.dropFirst() { share.start() }
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
            self.share(of: descriptor).add(descriptor, topics: topics)
        case .publish(let topic, let data):
            self.lastID += 1
            self.publish(Array("id: \(self.lastID)\ndata: ".utf8) + data + Array("\n\n".utf8), to: topic)
            Self.give(Self.answer, to: descriptor)
        }
    }

    private func share(of descriptor: CInt) -> FloorShare {
        self.shares[Int(descriptor) % self.shares.count]
    }

    private func publish(_ event: [UInt8], to topic: Int) {
        for share in self.shares.dropFirst() { share.hand(event, to: topic) }
        self.shares[0].publish(event, to: topic)
    }

    private func leave(_ descriptor: CInt) {
        self.share(of: descriptor).remove(descriptor)
        close(descriptor)
    }

    static func give(_ bytes: [UInt8], to descriptor: CInt) {
        let sent = send(descriptor, bytes, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
        guard sent != bytes.count else { return }
        FileHandle.standardError.write(Data("the floor could not send all to a stream\n".utf8))
    }
}
