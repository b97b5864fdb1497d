public import NIOCore

/// The writing end of a stream. Used only on its loop.
public protocol StreamSink: AnyObject {
    /// Whether everything that was written has been taken.
    var isWritable: Bool { get }

    /// How many bytes were written that the client has not taken yet. While the sink is not writable it shrinks as long as the client
    /// takes anything at all.
    var backlog: Int { get }

    /// Writes bytes after all that were written before.
    func write(_ bytes: ByteBuffer)

    /// Writes the last bytes of the stream, and gives it up after a while if the client does not take them.
    func finish(with bytes: ByteBuffer)

    /// Ends the stream without another byte.
    func abort()

    /// The stream's connection is gone: nothing is written any more.
    func disconnect()
}

/// Is told when a sink takes more again. Used only on the channel's loop.
public protocol StreamSinkObserver: AnyObject {
    /// Everything that was written has been taken, after `isWritable` was `false`.
    func becameWritable()
}
