import NIOCore
import NIOPosix
import NIOSSL

/// Says in a few words what an error of NIO means.
enum ConnectFailure {
    /// One line, for an operator.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as RedisError: error.description
        case let error as NIOConnectionError: self.reason(error)
        case let error as IOError: self.systemText(error.errnoCode)
        case ChannelError.connectTimeout(let time): "no answer within \(time)"
        case NIOSSLError.uncleanShutdown: "the server closed it"
        case let error as NIOSSLError: "TLS: \(error)"
        case let error as BoringSSLError: "TLS: \(error)"
        case let error as NIOSSLExtraError: "TLS: \(error)"
        default: String(describing: error)
        }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        if let attempt = error.connectionErrors.first { return self.reason(attempt.error) }
        return "the host name can't be resolved"
    }

    private static func systemText(_ code: CInt) -> String {
        guard let text = strerror(code) else { return "system error \(code)" }
        return String(cString: text)
    }
}
