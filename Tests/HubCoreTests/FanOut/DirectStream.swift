import ByteStreams
import Foundation
import Logging
import NIOCore
import NIOPosix

@testable import HubCore

/// A stream of the topic `t` to one end of a pair of sockets, past its outlet whenever that may be; a test reads the other.
///
/// Sendable is safe without a check: what is stored after the start is touched only on `loop`.
final class DirectStream: Outlet, @unchecked Sendable {
    let encoding: any EventEncoding = LineEncoding()
    let loop: any EventLoop
    let hub: Hub
    private let reader: CInt
    private let channel: any Channel
    private(set) var directSink: ConnectionSink?
    private(set) var subscriber: Subscriber?
    private weak var former: Subscriber?
    /// How often the outlet itself was given something.
    private(set) var deliveries = 0

    init(on loop: any EventLoop) async throws {
        var descriptors: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors) == 0 else {
            throw BusError.unavailable(reason: "no sockets")
        }
        var size: CInt = 1 << 14
        setsockopt(descriptors[0], SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        self.loop = loop
        self.reader = descriptors[1]
        self.channel = try await ClientBootstrap(group: loop).withConnectedSocket(descriptors[0]).get()
        let bus = MemoryBus(eventLoop: loop, replayCount: 100, replayAge: .hours(1))
        self.hub = Hub(bus: bus, loops: [loop], logger: Logger(label: "test"))
        self.hub.start()
        try await loop.submit {
            self.subscriber = self.hub.shard(on: loop)?.join(
                topics: [try Topic("t")], start: .latest, outlet: self)
        }.get()
        while try await !self.onLoop({ $0.phase == .live && $0.descriptor >= 0 }) {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    var isWritable: Bool { self.directSink?.isWritable ?? false }

    func open(_ opening: StreamOpening) {
        let sink = ConnectionSink(self.channel, isPlain: true, observer: self)
        self.directSink = sink
        sink.begin(with: ByteBuffer(string: "head\n"))
    }

    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        self.deliveries += 1
        self.directSink?.write(bytes)
    }

    func reset(_ notice: ResetNotice) {}
    func heartbeat() {}
    func close(_ reason: CloseReason) {}

    /// Does something on the loop.
    func onLoop<Result: Sendable>(_ body: @escaping @Sendable (Subscriber) throws -> Result) async throws -> Result {
        try await self.loop.submit {
            guard let subscriber = self.subscriber else { throw BusError.unavailable(reason: "no stream") }
            return try body(subscriber)
        }.get()
    }

    /// Publishes an event, and lets it come to the socket.
    func publish(_ data: String) async throws {
        _ = try await self.hub.bus.publish([try Sample.publication("t", data: data)]).get()
        for _ in 0..<4 { try await self.loop.submit {}.get() }
    }

    /// What has come, as far as the kernel has it now.
    func read() -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = recv(self.reader, &buffer, buffer.count, CInt(MSG_DONTWAIT)), count > 0 {
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }

    /// Takes the stream from the shard; its connection lasts.
    /// - Returns: Whether nothing holds the stream any more.
    func leave() async throws -> Bool {
        try await self.loop.submit {
            self.former = self.subscriber
            if let subscriber = self.subscriber { self.hub.shard(on: self.loop)?.leave(subscriber) }
            self.subscriber = nil
        }.get()
        return try await self.loop.submit { self.former == nil }.get()
    }

    /// Ends the stream and its connection.
    func end() async throws {
        _ = try await self.leave()
        try await self.loop.submit { self.directSink?.disconnect() }.get()
        try await self.channel.close()
        Foundation.close(self.reader)
        try await self.hub.shutdown().get()
    }
}

extension DirectStream: StreamSinkObserver {
    func becameWritable() {
        if let subscriber = self.subscriber { self.hub.shard(on: self.loop)?.resume(subscriber) }
    }
}
