/// What survives a crash of Redis.
enum Persistence: Sendable {
    case nothing
    /// Every acknowledged write.
    case everyWrite
    /// What was there at the last `SAVE`.
    case savedDump

    /// The lines of redis.conf.
    var configuration: [String] {
        switch self {
        case .nothing, .savedDump: ["appendonly no"]
        case .everyWrite: ["appendonly yes", "appendfsync always"]
        }
    }
}
