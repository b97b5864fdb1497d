import NIOCore
import RedisWire

/// For how long a call is tried again that a server refuses for now.
struct CallPatience {
    /// How many bytes it keeps meanwhile, about.
    let bytes: Int
    /// When whoever waits for the reply gives up.
    let deadline: NIODeadline

    /// - Parameters:
    ///   - arguments: What is kept to be sent again.
    ///   - deadline: When whoever waits for the reply gives up.
    init(_ arguments: [RedisArgument], until deadline: NIODeadline) {
        self.bytes = arguments.reduce(0) { $0 + $1.byteCount + MemoryLayout<RedisArgument>.stride }
        self.deadline = deadline
    }

    /// Whether a call that failed so was not carried out, and may be in a moment.
    static func suits(_ error: any Error) -> Bool {
        error is BeingMoved || (error as? RedisError)?.refusesForNow == true
    }
}

/// There is no connection, but is about to be one, to another server.
struct BeingMoved: Error {}

extension RedisArgument {
    fileprivate var byteCount: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .buffer(let buffer): buffer.readableBytes
        case .integer: 8
        }
    }
}
