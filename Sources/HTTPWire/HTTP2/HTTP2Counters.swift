import Synchronization

/// Counts what there is of HTTP/2. Used from every loop.
public final class HTTP2Counters: Sendable {
    /// Why a connection was ended by the server (RFC 9113, 7).
    public enum Fault: String, CaseIterable, Sendable {
        case protocolError = "protocol_error"
        case flowControl = "flow_control_error"
        case frameSize = "frame_size_error"
        case compression = "compression_error"
        /// A flood: of resets, settings, pings, window updates or empty frames.
        case excess = "enhance_your_calm"
        case other

        init(code: Int) {
            switch code {
            case 0x1: self = .protocolError
            case 0x3: self = .flowControl
            case 0x6: self = .frameSize
            case 0x9: self = .compression
            case 0xB: self = .excess
            default: self = .other
            }
        }
    }

    private let connectionCount = Atomic(0)
    private let streamCount = Atomic(0)
    private let faultCounts = Mutex<[Fault: Int]>([:])

    /// Nothing has happened yet.
    public init() {}

    /// The connections that are open.
    public var connections: Int { self.connectionCount.load(ordering: .relaxed) }
    /// Their streams.
    public var streams: Int { self.streamCount.load(ordering: .relaxed) }
    /// The connections that were ended since the start, by why.
    public var faults: [Fault: Int] { self.faultCounts.withLock { $0 } }

    func countConnections(_ change: Int) { self.connectionCount.add(change, ordering: .relaxed) }
    func countStreams(_ change: Int) { self.streamCount.add(change, ordering: .relaxed) }
    func count(_ fault: Fault) { self.faultCounts.withLock { $0[fault, default: 0] += 1 } }
}
