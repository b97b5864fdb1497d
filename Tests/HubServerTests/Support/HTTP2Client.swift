import NIOCore
import NIOHPACK
import Synchronization
import TestSupport

/// A client of HTTP/2 that makes its frames itself, so that a test can break every rule (RFC 9113, 4 and 6).
final class HTTP2Client: Sendable {
    /// A frame as it is on the wire.
    struct Frame {
        enum Kind: UInt8 {
            case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
        }

        let kind: UInt8
        let flags: UInt8
        let id: UInt32
        let payload: [UInt8]

        static let endStream: UInt8 = 0x1
        static let ack: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
        /// The most that a frame may hold, unless the settings say otherwise (RFC 9113, 6.5.2).
        static let maximumBytes = 16_384
    }

    /// What has come on a stream.
    struct Received {
        var status: String?
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []
        var isComplete = false
        /// The error code with which it was reset.
        var reset: UInt32?

        var text: String { String(decoding: self.body, as: UTF8.self) }

        subscript(name: String) -> String? { self.fields.first { $0.name == name }?.value }
    }

    private struct State {
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
        var streams: [UInt32: Received] = [:]
        var headBlock: [UInt8] = []
        var goAways: [(lastID: UInt32, code: UInt32)] = []
        var pongs = 0
        var settings: [UInt16: UInt32] = [:]
        var windowUpdates: [UInt32: Int] = [:]
        var nextID: UInt32 = 1
        var readCount = 0
    }

    let raw: RawClient
    private let widensWindows: Bool
    private let takesSettings: Bool
    private let state = Mutex(State())

    /// Begins to speak HTTP/2 on a connection.
    /// - Parameters:
    ///   - settings: What the client asks for.
    ///   - widensWindows: Whether it takes whatever is sent, as most clients do.
    ///   - takesSettings: Whether it says that it has seen those of the server.
    init(_ raw: RawClient, settings: [UInt16: UInt32] = [:], widensWindows: Bool = true, takesSettings: Bool = true) {
        self.raw = raw
        self.widensWindows = widensWindows
        self.takesSettings = takesSettings
        raw.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        var payload: [UInt8] = []
        for (name, value) in settings { payload += Self.bytes(name) + Self.bytes(value) }
        self.send(.settings, payload)
    }

    static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    // MARK: Sending

    func send(_ kind: Frame.Kind, flags: UInt8 = 0, on id: UInt32 = 0, _ payload: [UInt8] = []) {
        self.raw.send(Self.frame(kind.rawValue, flags: flags, on: id, payload))
    }

    static func frame(_ kind: UInt8, flags: UInt8, on id: UInt32, _ payload: [UInt8]) -> [UInt8] {
        Array(self.bytes(UInt32(payload.count)).dropFirst()) + [kind, flags] + self.bytes(id) + payload
    }

    /// Encodes a block of fields, in order.
    func block(_ fields: [(String, String)]) -> [UInt8] {
        self.state.withLock { state in
            var buffer = ByteBuffer()
            try? state.encoder.encode(headers: HPACKHeaders(fields), to: &buffer)
            return Array(buffer.readableBytesView)
        }
    }

    /// Begins a request.
    /// - Returns: Its stream.
    @discardableResult
    func request(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], body: [UInt8]? = nil,
        isComplete: Bool = true
    ) -> UInt32 {
        let id = self.nextID()
        let pseudo = [
            (":method", method), (":scheme", "http"), (":path", target), (":authority", "127.0.0.1"),
        ]
        let ends = body == nil && isComplete
        self.send(block: self.block(pseudo + fields), isComplete: ends, on: id)
        if let body { self.send(.data, flags: isComplete ? Frame.endStream : 0, on: id, body) }
        return id
    }

    func nextID() -> UInt32 {
        self.state.withLock { state in
            defer { state.nextID += 2 }
            return state.nextID
        }
    }

    func widenWindow(on id: UInt32, by count: UInt32) { self.send(.windowUpdate, on: id, Self.bytes(count)) }

    // MARK: Receiving

    /// What has come on a stream.
    func stream(_ id: UInt32) throws -> Received {
        try self.read()
        return self.state.withLock { $0.streams[id] ?? Received() }
    }

    /// Waits until what has come on a stream fulfils a condition.
    @discardableResult
    func wait(
        _ id: UInt32, _ what: String, seconds: Double = 10, until condition: (Received) -> Bool
    ) async throws -> Received {
        try await eventually("\(what), but stream \(id) has \((try? self.stream(id)) as Any)", seconds: seconds) {
            condition(try self.stream(id))
        }
        return try self.stream(id)
    }

    /// Waits for all of a response.
    func response(_ id: UInt32) async throws -> Received {
        try await self.wait(id, "a response should come") { $0.isComplete || $0.reset != nil }
    }

    /// The error codes of the last words, and the greatest streams that they name.
    func goAways() throws -> [(lastID: UInt32, code: UInt32)] {
        try self.read()
        return self.state.withLock { $0.goAways }
    }

    /// What the server has asked for.
    func settings() throws -> [UInt16: UInt32] {
        try self.read()
        return self.state.withLock { $0.settings }
    }

    func pongs() throws -> Int {
        try self.read()
        return self.state.withLock { $0.pongs }
    }

    /// By how much the server has widened a window.
    func windowUpdates(on id: UInt32) throws -> Int {
        try self.read()
        return self.state.withLock { $0.windowUpdates[id] ?? 0 }
    }

    /// Takes the frames that have come.
    private func read() throws {
        for frame in self.raw.takeFrames() { try self.receive(frame) }
    }

    private func receive(_ frame: Frame) throws {
        try self.state.withLock { state in
            switch Frame.Kind(rawValue: frame.kind) {
            case .headers, .continuation: try Self.receiveHead(frame, &state)
            case .data:
                state.streams[frame.id, default: Received()].body += frame.payload
                if frame.flags & Frame.endStream != 0 { state.streams[frame.id]?.isComplete = true }
                state.readCount += frame.payload.count
            case .reset: state.streams[frame.id, default: Received()].reset = Self.number(frame.payload)
            case .goAway: state.goAways.append((Self.number(frame.payload), Self.number(frame.payload.dropFirst(4))))
            case .ping where frame.flags & Frame.ack != 0: state.pongs += 1
            case .settings where frame.flags & Frame.ack == 0:
                for start in stride(from: 0, to: frame.payload.count, by: 6) {
                    let entry = frame.payload[start..<start + 6]
                    state.settings[UInt16(entry[start]) << 8 | UInt16(entry[start + 1])] = Self.number(
                        entry.dropFirst(2))
                }
            case .windowUpdate: state.windowUpdates[frame.id, default: 0] += Int(Self.number(frame.payload))
            default: break
            }
        }
        if frame.kind == Frame.Kind.settings.rawValue, frame.flags & Frame.ack == 0, self.takesSettings {
            self.send(.settings, flags: Frame.ack)
        }
        guard self.widensWindows, frame.kind == Frame.Kind.data.rawValue, !frame.payload.isEmpty else { return }
        self.widenWindow(on: 0, by: UInt32(frame.payload.count))
        if frame.flags & Frame.endStream == 0 { self.widenWindow(on: frame.id, by: UInt32(frame.payload.count)) }
    }

    private static func receiveHead(_ frame: Frame, _ state: inout State) throws {
        state.headBlock += frame.payload
        if frame.flags & Frame.endStream != 0, frame.kind == Frame.Kind.headers.rawValue {
            state.streams[frame.id, default: Received()].isComplete = true
        }
        guard frame.flags & Frame.endHeaders != 0 else { return }
        var block = ByteBuffer(bytes: state.headBlock)
        state.headBlock = []
        let fields = try state.decoder.decodeHeaders(from: &block)
        for (name, value, _) in fields {
            if name == ":status" {
                state.streams[frame.id, default: Received()].status = value
            } else {
                state.streams[frame.id, default: Received()].fields.append((name, value))
            }
        }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension RawClient {
    /// Takes the whole frames that have come.
    fileprivate func takeFrames() -> [HTTP2Client.Frame] {
        self.takeAll { bytes in
            guard bytes.count >= 9 else { return nil }
            let head = Array(bytes.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard bytes.count >= 9 + length else { return nil }
            let id = head[5..<9].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
            let frame = HTTP2Client.Frame(
                kind: head[3], flags: head[4], id: id, payload: Array(bytes.dropFirst(9).prefix(length)))
            return (frame, 9 + length)
        }
    }
}

extension TestServer {
    /// Connects a client of HTTP/2, and closes it afterwards.
    func speakHTTP2<Value>(
        settings: [UInt16: UInt32] = [:], widensWindows: Bool = true, wire: EncryptedWire? = nil,
        _ body: (HTTP2Client) async throws -> Value
    ) async throws -> Value {
        try await self.connect(wire: wire) { raw in
            try await body(HTTP2Client(raw, settings: settings, widensWindows: widensWindows))
        }
    }
}
