import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// Opens a channel to an endpoint, and a session on it.
struct RedisConnector: Sendable {
    let endpoint: RedisEndpoint
    let timeouts: RedisTimeouts
    let limits: RESPLimits
    let handshake: RedisHandshake
    let logger: Logger

    /// Connects.
    /// - Parameters:
    ///   - eventLoop: The channel's loop.
    ///   - makeSession: Called on the loop, at most once.
    /// - Returns: The session, open; or `RedisError.connectFailed`.
    func connect<Session: RedisSession>(
        on eventLoop: any EventLoop, makeSession: @escaping @Sendable () -> Session
    ) -> EventLoopFuture<NIOLoopBound<Session>> {
        let deadline = NIODeadline.now() + self.timeouts.connect
        return self.makeTLSContext(on: eventLoop).flatMap { tls in
            self.openSocket(on: eventLoop).flatMap { channel in
                let session = NIOLoopBound(makeSession(), eventLoop: eventLoop)
                return self.begin(session.value, on: channel, tls: tls, deadline: deadline).map { session }
            }
        }.flatMapErrorThrowing { error in
            throw error as? RedisError ?? RedisError.connectFailed(ConnectFailure.reason(error))
        }.always { result in
            if case .success(let session) = result { self.log(session.value) }
        }
    }

    private func log(_ session: some RedisSession) {
        let metadata: Logger.Metadata = ["endpoint": "\(self.endpoint)"]
        self.logger.debug("redis connection open", metadata: metadata)
        session.closed.futureResult.whenSuccess { [logger] error in
            let reason = error?.description ?? "asked for"
            logger.debug("redis connection closed", metadata: metadata.merging(["reason": "\(reason)"]) { $1 })
        }
    }

    /// Off the loop, since it reads certificates from files.
    private func makeTLSContext(on eventLoop: any EventLoop) -> EventLoopFuture<NIOSSLContext?> {
        guard let tls = self.endpoint.tls else { return eventLoop.makeSucceededFuture(nil) }
        return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try tls.makeContext() }
    }

    private func openSocket(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        // Nothing is read before there is a handler for it.
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(self.timeouts.connect)
            .channelOption(.autoRead, value: false)
        switch self.endpoint.address {
        case .unix(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port):
            let tuned = TCPTuning.apply(to: bootstrap, silence: self.timeouts.liveness)
            guard let address = try? SocketAddress(ipAddress: host, port: port) else {
                return tuned.connect(host: host, port: port)
            }
            return tuned.connect(to: address)
        }
    }

    private func begin(
        _ session: some RedisSession, on channel: any Channel, tls: NIOSSLContext?, deadline: NIODeadline
    ) -> EventLoopFuture<Void> {
        let ready = channel.eventLoop.makePromise(of: Void.self)
        let handler = RedisChannelHandler(session: session, limits: self.limits, ready: ready)
        do {
            let pipeline = channel.pipeline.syncOperations
            if let tls {
                try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: self.endpoint.nameForTLS))
            }
            try pipeline.addHandler(handler)
            let context = try pipeline.context(handler: handler)
            handler.begin(self.handshake, context, deadline: deadline, timeout: self.timeouts.connect)
            channel.setOption(.autoRead, value: true).cascadeFailure(to: ready)
        } catch {
            session.close(nil)
            ready.fail(error)
            channel.close(promise: nil)
        }
        return ready.futureResult
    }
}
