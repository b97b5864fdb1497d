import NIOCore

/// What a connection is used for, once its handshake is complete. Confined to the channel's event loop.
protocol RedisSession: AnyObject, SendableMetatype {
    /// Whether it is open, for other threads too.
    var flag: OpenFlag { get }

    /// Completes when it is closed.
    var closed: EventLoopPromise<RedisError?> { get }

    /// The handshake is complete; write through this context.
    func open(_ context: ChannelHandlerContext)

    /// A reply came.
    /// - Throws: What makes the connection unusable.
    func receive(_ reply: RESPValue) throws(RedisError)

    /// Nothing more is to be read for now.
    func receivedAll()

    /// Ends the session, opened or not, and closes its channel; later calls do nothing.
    /// - Parameter error: Why; `nil` if it was asked for.
    func close(_ error: RedisError?)
}
