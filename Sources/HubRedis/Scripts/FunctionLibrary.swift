import NIOCore
import RedisWire

/// The library of Redis functions by which applications publish without HTTP, made of the same Lua as the scripts.
enum FunctionLibrary {
    /// Rises with every change of the Lua that the library is made of; a library of a higher one is never replaced.
    static let version: Int64 = 13

    /// What `FUNCTION LOAD` takes.
    static var source: [UInt8] {
        Array("#!lua name=hub\nlocal LIBRARY_VERSION = \(Self.version)\nlocal PUBLISH = 'PUBLISH'\n".utf8)
            + HubScript.foundation + PackageResources.server_lua + PackageResources.retirement_lua
            + PackageResources.log_lua
            + PackageResources.function_lua
    }

    /// Loads the library if there is none, or an older one. Two releases that do so at once may leave the older one;
    /// the next check repairs that.
    /// - Returns: Whether it was loaded; or the error of a server that has no functions, or doesn't let the hub use them.
    static func keep(on connection: RedisCommandConnection) -> EventLoopFuture<Bool> {
        self.loadedVersion(on: connection).flatMapError { error in
            guard case .server(let message)? = error as? RedisError, message.contains("Function not found") else {
                return connection.eventLoop.makeFailedFuture(error)
            }
            return connection.eventLoop.makeSucceededFuture(-1)
        }.flatMap { (loaded: Int64) -> EventLoopFuture<Bool> in
            switch loaded {
            case Self.version...: connection.eventLoop.makeSucceededFuture(false)
            case ..<0: Self.loadFirst(on: connection)
            default: Self.load(["FUNCTION", "LOAD", "REPLACE"], on: connection)
            }
        }
    }

    /// Loads the library where there was none. If there is one by now, another hub was quicker, and all is well; or the
    /// name is somebody else's, and the server's refusal stands.
    private static func loadFirst(on connection: RedisCommandConnection) -> EventLoopFuture<Bool> {
        self.load(["FUNCTION", "LOAD"], on: connection).flatMapError { refusal in
            self.loadedVersion(on: connection).map { _ in false }.flatMapErrorThrowing { _ in throw refusal }
        }
    }

    private static func load(
        _ command: [RedisArgument], on connection: RedisCommandConnection
    ) -> EventLoopFuture<Bool> {
        connection.send(command + [.bytes(self.source)]).map { _ in true }
    }

    private static func loadedVersion(on connection: RedisCommandConnection) -> EventLoopFuture<Int64> {
        connection.send(["FCALL", "hub_version", "0"]).map { $0.integer ?? 0 }
    }
}
