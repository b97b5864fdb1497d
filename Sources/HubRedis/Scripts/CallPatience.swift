import NIOCore
import RedisWire

/// How often, and for how long, a call is tried again that a server refuses for now.
struct CallPatience {
    /// How many bytes it keeps meanwhile, about.
    let bytes: Int
    private let deadline: NIODeadline
    private var backoff = RedisBackoff(minimum: .milliseconds(25), maximum: .milliseconds(250))

    /// - Parameters:
    ///   - arguments: What is kept to be sent again.
    ///   - deadline: When whoever waits for the reply gives up.
    init(_ arguments: [RedisArgument], until deadline: NIODeadline) {
        self.bytes = arguments.reduce(0) { $0 + $1.byteCount + MemoryLayout<RedisArgument>.stride }
        self.deadline = deadline
    }

    /// When whoever waits for the reply gives up.
    var end: NIODeadline { self.deadline }

    /// Whether a call that failed so was not carried out, and may be in a moment.
    static func suits(_ error: any Error) -> Bool {
        error is BeingMoved || (error as? RedisError)?.refusesForNow == true
    }

    /// How long to wait before the next try; `nil` if there is none.
    mutating func next(at now: NIODeadline) -> TimeAmount? {
        let delay = self.backoff.next()
        return now + delay < self.deadline ? delay : nil
    }
}

/// There is no connection, but is about to be one, to another server.
struct BeingMoved: Error {}

/// The calls that wait to be tried again. Bounded: what goes on being published while a cluster is down must not pile up.
struct WaitingCalls {
    private static let (mostCalls, mostBytes) = (16_384, 64 << 20)

    private var calls = 0
    private var bytes = 0

    /// Lets a call wait.
    /// - Returns: Whether there is room.
    mutating func enter(_ bytes: Int) -> Bool {
        guard self.calls < Self.mostCalls, self.calls == 0 || self.bytes + bytes <= Self.mostBytes else { return false }
        self.calls += 1
        self.bytes += bytes
        return true
    }

    mutating func leave(_ bytes: Int) {
        self.calls -= 1
        self.bytes -= bytes
    }
}

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
