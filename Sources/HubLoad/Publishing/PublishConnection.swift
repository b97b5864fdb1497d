/// A connection on which one request after the other is made, kept alive and made again when it is lost.
public final class PublishConnection {
    /// How long an answer may take, in nanoseconds, however it drips.
    private static let patience: UInt64 = 60_000_000_000

    private let target: LoadTarget
    private var socket: TCPSocket?

    /// Makes a connection, which connects with its first request.
    public init(to target: LoadTarget) {
        self.target = target
    }

    deinit {
        self.socket?.closeAtOnce()
    }

    /// Publishes events, and waits for the answer.
    /// - Returns: The answer's body.
    /// - Throws: ``LoadFailure`` if it can't be made, or the answer is no success.
    @discardableResult
    public func publish(_ events: [[UInt8]], to topic: Int) throws(LoadFailure) -> String {
        let socket = try self.connect()
        var answer = PublishAnswer()
        guard socket.send(self.target.publishing(events, to: topic)) else {
            throw self.lose("the connection was closed")
        }
        let deadline = MonotonicTime.now + Self.patience
        while !answer.isComplete {
            guard MonotonicTime.now < deadline, let bytes = socket.receive() else {
                throw self.lose("a publish was not answered")
            }
            answer.append(bytes)
            guard !answer.isTooLong else { throw self.lose("a publish was answered with more than a hub says") }
        }
        if answer.isLast { self.drop() }
        guard answer.isSuccess else { throw LoadFailure("a publish was answered '\(answer.statusLine)'") }
        return answer.body
    }

    private func connect() throws(LoadFailure) -> TCPSocket {
        if let socket = self.socket { return socket }
        let socket = try TCPSocket.connected(to: self.target.address)
        self.socket = socket
        return socket
    }

    private func lose(_ reason: String) -> LoadFailure {
        self.drop()
        return LoadFailure(reason)
    }

    private func drop() {
        self.socket?.closeAtOnce()
        self.socket = nil
    }
}
