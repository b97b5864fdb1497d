/// Where a stream begins in time: a while ago, or at a time of day.
enum Since: Hashable {
    case ago(milliseconds: UInt64)
    case time(milliseconds: UInt64)

    /// Reads a duration such as `10m`, or a time as RFC 3339 writes it.
    init?(_ text: String) {
        if let duration = DurationText(text) {
            self = .ago(milliseconds: UInt64(duration.milliseconds))
        } else if let time = RFC3339.milliseconds(text) {
            self = .time(milliseconds: time)
        } else {
            return nil
        }
    }

    /// Milliseconds since 1970.
    /// - Parameter now: The same, now.
    func milliseconds(now: UInt64) -> UInt64 {
        switch self {
        case .ago(let milliseconds): now - min(now, milliseconds)
        case .time(let milliseconds): milliseconds
        }
    }
}
