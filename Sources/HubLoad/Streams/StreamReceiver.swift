import CEpoll
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads the streams of a group in one thread: no task, channel or buffer for each, so that it takes as little as can be
/// from the processor that it shares with the server.
final class StreamReceiver: Sendable {
    /// How many streams are asked for before the first of them has its head.
    private static let openingAtOnce = 256
    private static let bufferByteCount = (1 << 16) + EventMark.byteCount

    private let poller: CInt
    private let state: Mutex<StreamState>
    private let isStopped = Atomic(false)

    init() throws(LoadFailure) {
        let poller = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard poller >= 0 else { throw LoadFailure.system("can't poll") }
        self.poller = poller
        self.state = Mutex(StreamState(poller: poller))
    }

    deinit {
        close(self.poller)
    }

    /// Begins to read in a thread of its own, which ends after `stop`.
    func start() throws(LoadFailure) -> LoadThread {
        try LoadThread { self.run() }
    }

    func stop() {
        self.isStopped.store(true, ordering: .relaxed)
    }

    /// Looks at the streams, or changes them.
    func withState<Result: Sendable>(_ body: (inout StreamState) -> Result) -> Result {
        self.state.withLock { body(&$0) }
    }

    /// Opens the group's streams, and does not wait for the last of them.
    /// - Parameter timeout: How long none of those that were asked for may get its head, in seconds.
    func open(_ group: StreamGroup, on targets: [LoadTarget], timeout: Double) throws(LoadFailure) {
        for stream in 0..<group.count {
            let target = targets[stream % targets.count]
            let topics = group.topics(of: stream)
            let socket = try TCPSocket.connecting(to: target.address, receiveBuffer: group.isStalled ? 1 : nil)
            let request = target.subscribing(
                to: topics, lastEventID: group.lastEventID, token: group.token(of: stream))
            let connection = StreamConnection(
                socket: socket, topics: topics, isStalled: group.isStalled, request: request)
            self.withState { $0.append(connection) }
            try self.waitForRoom(timeout)
        }
    }

    private func waitForRoom(_ timeout: Double) throws(LoadFailure) {
        var (least, deadline) = (Int.max, UInt64.max)
        while true {
            let opening = self.withState { $0.opening }
            guard opening > Self.openingAtOnce else { return }
            if opening < least { (least, deadline) = (opening, MonotonicTime.now + UInt64(timeout * 1e9)) }
            guard MonotonicTime.now < deadline else { throw LoadFailure("\(opening) streams were not opened in time") }
            MonotonicTime.sleep(100_000)
        }
    }

    private func run() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferByteCount, alignment: 16)
        defer { buffer.deallocate() }
        var events = [epoll_event](repeating: epoll_event(), count: 1024)
        while !self.isStopped.load(ordering: .relaxed) {
            let count = epoll_wait(self.poller, &events, CInt(events.count), 50)
            guard count > 0 else { continue }
            self.state.withLock { state in
                // The clock is read once for each stream: a thousand of them are not read in an instant.
                for event in events[..<Int(count)] { state.handle(event, time: MonotonicTime.now, buffer: buffer) }
            }
        }
    }
}
