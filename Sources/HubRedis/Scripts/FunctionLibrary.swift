import NIOCore
import RedisWire

/// The library of Redis functions by which applications publish without HTTP, made of the same Lua as the scripts.
enum FunctionLibrary {
    /// Rises with every change of the Lua that the library is made of; a library of a higher one is never replaced.
    static let version: Int64 = 1

    /// What `FUNCTION LOAD` takes.
    static var source: [UInt8] {
        Array("#!lua name=hub\nlocal LIBRARY_VERSION = \(Self.version)\n".utf8)
            + PackageResources.state_lua + PackageResources.log_lua + PackageResources.function_lua
    }

    /// Loads the library if there is none, or an older one. Two releases that do so at once may leave the older one;
    /// the next check repairs that.
    /// - Returns: Whether it was loaded; or the error of a server that has no functions, or doesn't let the hub use them.
    static func keep(on connection: RedisCommandConnection) -> EventLoopFuture<Bool> {
        connection.send(["FCALL", "hub_version", "0"]).map { $0.integer ?? 0 }.flatMapError { error in
            guard case .server(let message)? = error as? RedisError, message.contains("Function not found") else {
                return connection.eventLoop.makeFailedFuture(error)
            }
            return connection.eventLoop.makeSucceededFuture(-1)
        }.flatMap { (loaded: Int64) -> EventLoopFuture<Bool> in
            guard loaded < Self.version else { return connection.eventLoop.makeSucceededFuture(false) }
            let command: [RedisArgument] = loaded < 0 ? ["FUNCTION", "LOAD"] : ["FUNCTION", "LOAD", "REPLACE"]
            return connection.send(command + [.bytes(Self.source)]).map { _ in true }
        }
    }
}
