import ByteStreams
import NIOCore
import NIOPosix
import Testing

@testable import HubCore

/// Events that go to the kernel past the outlet.
@Suite(.timeLimit(.minutes(1))) struct DirectDeliveryTests {
    @Test func eventsDoNotOvertakeWhatThePipelineStillHas() async throws {
        try await Self.withStream { stream in
            try await stream.publish("1")
            let first = stream.read()
            #expect(first.hasPrefix("head\n") && Self.lines(first).count == 2)
            #expect(try await stream.onLoop { _ in stream.deliveries } == 0, "the outlet was not asked")
            let (written, read, descriptor) = try await stream.onLoop { subscriber in
                var written = ""
                while stream.isWritable {
                    let line = String(repeating: "x", count: 4000) + "\n"
                    stream.directSink?.write(ByteBuffer(string: line))
                    written += line
                }
                // The kernel has room again, and the channel has not been told so yet.
                let read = stream.read()
                let descriptor = subscriber.descriptor
                _ = stream.hub.bus.publish([try Sample.publication("t", data: "2")])
                return (written, read, descriptor)
            }
            #expect(descriptor == -1)
            var rest = read
            while Self.lines(rest).count <= Self.lines(written).count {
                try await Task.sleep(for: .milliseconds(1))
                rest += stream.read()
            }
            #expect(rest.hasPrefix(written), "something is between the parts of what was written before")
            #expect(Self.lines(rest).count == Self.lines(written).count + 1)
            try await stream.publish("3")
            #expect(Self.lines(stream.read()).count == 1)
        }
    }

    @Test func aConnectionThatIsGoneIsNotWrittenTo() async throws {
        try await Self.withStream { stream in
            _ = stream.read()
            try await stream.onLoop { _ in stream.directSink?.disconnect() }
            try await stream.publish("1")
            #expect(stream.read() == "")
        }
    }

    @Test func aStreamThatHasLeftIsNotWrittenToThoughItsConnectionLasts() async throws {
        try await Self.withStream { stream in
            _ = stream.read()
            #expect(try await stream.leave(), "its socket holds it")
            // The seat is the next one's, and the socket has things to say after that.
            let next = try await stream.loop.submit {
                let shard = stream.hub.shard(on: stream.loop)
                return NIOLoopBound(
                    try #require(shard).join(topics: [try Topic("u")], start: .latest, outlet: StubOutlet()),
                    eventLoop: stream.loop)
            }.get()
            try await stream.loop.submit {
                while stream.isWritable {
                    stream.directSink?.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: 4000))
                }
            }.get()
            while try await stream.loop.submit({ !stream.isWritable }).get() { _ = stream.read() }
            #expect(try await stream.loop.submit { next.value.descriptor }.get() == -1)
            try await stream.publish("1")
            #expect(!stream.read().contains("1"))
        }
    }

    private static func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

    private static func withStream(_ body: (DirectStream) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let stream = try await DirectStream(on: group.next())
        let result: Result<Void, any Error>
        do { result = .success(try await body(stream)) } catch { result = .failure(error) }
        try await stream.end()
        try await group.shutdownGracefully()
        try result.get()
    }
}
