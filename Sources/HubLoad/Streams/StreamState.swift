import CEpoll

/// The streams of a group, and what they got.
struct StreamState {
    private let poller: CInt
    private(set) var connections: ContiguousArray<StreamConnection> = []
    private(set) var latency = LatencyDistribution()
    private(set) var open = 0
    private(set) var closed = 0
    private(set) var received = 0
    /// What the first stream that was not accepted was told.
    private(set) var refusal: String?

    init(poller: CInt) {
        self.poller = poller
    }

    /// Streams whose head has yet to come.
    var opening: Int { self.connections.count - self.open - self.closed }

    mutating func append(_ connection: StreamConnection) {
        self.watch(connection, EPOLL_CTL_ADD, EPOLLOUT.rawValue, index: self.connections.count)
        self.connections.append(connection)
    }

    /// Something happened on a connection.
    mutating func handle(_ event: epoll_event, time: UInt64, buffer: UnsafeMutableRawBufferPointer) {
        let index = Int(event.data.u64)
        switch self.connections[index].phase {
        case .closed: break
        case .connecting: self.sendRequest(index)
        case .waitingForHead, .open: self.read(index, time: time, buffer)
        }
    }

    /// Forgets what was counted so far.
    mutating func resetCounts() {
        self.received = 0
        self.latency = LatencyDistribution()
        for index in self.connections.indices { self.connections[index].received = 0 }
    }

    /// Compares what each stream got with what it should have got.
    /// - Parameter expected: How many events a stream of some topics should have got.
    func deliveries(expected: ([Int]) -> Int) -> GroupDeliveries {
        var deliveries = GroupDeliveries()
        deliveries.received = self.received
        deliveries.latency = self.latency
        for connection in self.connections where !connection.isStalled {
            let count = expected(connection.topics)
            deliveries.expected += count
            deliveries.lost += max(0, count - connection.received)
            deliveries.repeated += max(0, connection.received - count)
        }
        return deliveries
    }

    /// Ends all streams.
    mutating func closeAll() {
        for index in self.connections.indices { self.close(index) }
    }

    private mutating func sendRequest(_ index: Int) {
        let connection = self.connections[index]
        let code = connection.socket.connectError
        guard code == 0, connection.socket.send(connection.request) else {
            self.refusal = self.refusal ?? LoadFailure.system("can't connect", code).description
            return self.close(index)
        }
        self.connections[index].request = []
        self.connections[index].phase = .waitingForHead
        self.watch(connection, EPOLL_CTL_MOD, EPOLLIN.rawValue, index: index)
    }

    private mutating func read(_ index: Int, time: UInt64, _ buffer: UnsafeMutableRawBufferPointer) {
        let carried = self.connections[index].carry.count
        if carried > 0 { buffer.copyBytes(from: self.connections[index].carry) }
        let free = UnsafeMutableRawBufferPointer(rebasing: buffer[carried...])
        switch self.connections[index].socket.receive(into: free) {
        case .nothingYet: break
        case .end: self.close(index)
        case .bytes(let count):
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(carried + count)])
            guard self.connections[index].phase == .open || self.accept(index, bytes) else { return }
            self.count(bytes, of: index, time: time)
        }
    }

    private mutating func accept(_ index: Int, _ head: UnsafeRawBufferPointer) -> Bool {
        guard StreamConnection.isAccepted(head) else {
            let line = String(decoding: head.prefix { $0 != UInt8(ascii: "\r") }.prefix(80), as: UTF8.self)
            self.refusal = self.refusal ?? "a stream was answered '\(line)'"
            self.close(index)
            return false
        }
        self.connections[index].phase = .open
        self.open += 1
        guard self.connections[index].isStalled else { return true }
        self.watch(self.connections[index], EPOLL_CTL_DEL, 0, index: index)
        return false
    }

    private mutating func count(_ bytes: UnsafeRawBufferPointer, of index: Int, time: UInt64) {
        var found = 0
        let rest = EventMark.scan(bytes) { mark in
            found += 1
            self.latency.record(from: mark, to: time)
        }
        if rest > 0 || !self.connections[index].carry.isEmpty {
            self.connections[index].carry = Array(bytes.suffix(rest))
        }
        self.connections[index].received += found
        self.received += found
    }

    private mutating func close(_ index: Int) {
        guard self.connections[index].phase != .closed else { return }
        if self.connections[index].phase == .open { self.open -= 1 }
        self.connections[index].phase = .closed
        self.connections[index].socket.closeAtOnce()
        self.closed += 1
    }

    private func watch(_ connection: StreamConnection, _ operation: CInt, _ events: UInt32, index: Int) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: UInt64(index)))
        epoll_ctl(self.poller, operation, connection.socket.descriptor, &event)
    }
}

/// One stream as its reader sees it.
struct StreamConnection {
    enum Phase {
        case connecting
        case waitingForHead
        case open
        case closed
    }

    let socket: TCPSocket
    let topics: [Int]
    let isStalled: Bool
    var phase = Phase.connecting
    /// The request; empty once it is sent.
    var request: [UInt8]
    /// Events that arrived.
    var received = 0
    /// What may be the beginning of a mark.
    var carry: [UInt8] = []

    /// Whether the answer's first bytes say that the stream is there.
    static func isAccepted(_ head: UnsafeRawBufferPointer) -> Bool {
        head.starts(with: "HTTP/1.1 200".utf8) || head.starts(with: "HTTP/1.0 200".utf8)
    }
}
