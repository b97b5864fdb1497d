import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A client that writes what it is told and keeps what it reads, so that a test can break every rule.
final class RawClient: Sendable {
    struct Timeout: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let client: RawClient
        init(_ client: RawClient) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(Self.unwrapInboundIn(data).readableBytesView)
            self.client.state.withLock { $0.bytes += bytes }
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.client.state.withLock { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    /// Connects.
    /// - Parameters:
    ///   - readsAtOnce: Whether what comes is read without being asked for.
    ///   - readByteCount: How much is read at a time at most, with as little as can be waiting in the kernel.
    ///   - outlivesEnd: Whether it stays when the server has ended its side.
    ///   - wire: Sees the bytes on the wire, and what it is to look like if it is encrypted; `nil` if it is not.
    static func connect(
        port: Int, readsAtOnce: Bool = true, readByteCount: Int? = nil, outlivesEnd: Bool = false,
        wire: EncryptedWire? = nil
    ) async throws -> RawClient {
        let client = RawClient()
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: readsAtOnce)
            .channelOption(.allowRemoteHalfClosure, value: outlivesEnd)
        if let readByteCount {
            bootstrap =
                bootstrap
                .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
                .channelOption(.maxMessagesPerRead, value: 1)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readByteCount))
        }
        let channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let wire { try channel.pipeline.syncOperations.addHandlers(wire.handlers()) }
                    try channel.pipeline.syncOperations.addHandler(Collector(client))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        client.channel.withLock { $0 = channel }
        return client
    }

    var isClosed: Bool { self.state.withLock { $0.isClosed } }
    var byteCount: Int { self.state.withLock { $0.bytes.count } }
    var text: String { self.state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    func send(_ text: String) {
        self.send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        self.channel.withLock { $0?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    }

    /// Sends a well-formed request.
    func send(_ method: String, _ target: String, headers: [String] = [], body: String? = nil) {
        var lines = ["\(method) \(target) HTTP/1.1"]
        if !headers.contains(where: { $0.lowercased().hasPrefix("host:") }) { lines.append("Host: 127.0.0.1") }
        lines += headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        self.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    }

    func setReading(_ isReading: Bool) async throws {
        guard let channel = self.channel.withLock({ $0 }) else { return }
        try await channel.setOption(.autoRead, value: isReading).get()
    }

    func readOnce() {
        self.channel.withLock { $0?.read() }
    }

    /// Ends the writing side (`shutdown(SHUT_WR)`), as `nc -N` does at the end of its input, and reads on.
    func endInput() async throws {
        try await self.channel.withLock { $0 }?.close(mode: .output).get()
    }

    func close() async {
        let channel = self.channel.withLock { $0 }
        try? await channel?.close().get()
    }

    /// Waits until what was read fulfils a condition.
    func wait(_ what: String, seconds: Double = 10, until condition: (String, Bool) -> Bool) async throws {
        try await eventually("\(what), but read: \(self.text)", seconds: seconds) {
            let (text, isClosed) = self.state.withLock { (String(decoding: $0.bytes, as: UTF8.self), $0.isClosed) }
            return condition(text, isClosed)
        }
    }

    func waitForClose(seconds: Double = 10) async throws {
        try await self.wait("the connection should be closed", seconds: seconds) { _, isClosed in isClosed }
    }

    /// Waits until the beginning of what was read makes a value, and takes it from there.
    func take<Value: Sendable>(
        _ what: String, seconds: Double = 10, _ parse: ([UInt8]) throws -> (Value, Int)?
    ) async throws -> Value {
        var value: Value?
        try await eventually(what, seconds: seconds) {
            try self.state.withLock { state in
                guard let (found, length) = try parse(state.bytes) else {
                    if state.isClosed { throw Timeout(description: "\(what), but the connection is closed") }
                    return false
                }
                state.bytes.removeFirst(length)
                value = found
                return true
            }
        }
        guard let value else { throw Timeout(description: what) }
        return value
    }

    /// Takes all values that the bytes that were read make, one after the other.
    func takeAll<Value>(_ parse: (ArraySlice<UInt8>) -> (Value, Int)?) -> [Value] {
        self.state.withLock { state in
            var values: [Value] = []
            var taken = 0
            while let (value, length) = parse(state.bytes[taken...]) {
                values.append(value)
                taken += length
            }
            state.bytes.removeFirst(taken)
            return values
        }
    }

    /// Reads the next complete answer, and takes it from what was read.
    func readAnswer(isHead: Bool = false, seconds: Double = 10) async throws -> RawAnswer {
        var answer: RawAnswer?
        try await eventually("an answer should come", seconds: seconds) {
            self.state.withLock { state in
                guard let (found, length) = RawAnswer.parse(state.bytes, isHead: isHead, isClosed: state.isClosed)
                else {
                    return false
                }
                state.bytes.removeFirst(length)
                answer = found
                return true
            }
        }
        guard let answer else { throw Timeout(description: "no answer") }
        return answer
    }
}
