/// Why an application gave no answer that counts, so that what it was asked about is refused for now.
enum HookFault: Error, Hashable, CustomStringConvertible {
    /// It can't be reached, or took too long.
    case unreachable(String)
    /// It answered with a status that decides nothing.
    case status(UInt)
    /// What it answered can't be read.
    case unreadable(String)
    /// As many questions as there may be wait already.
    case tooMany

    var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .status(let code): "it answered with \(code); accepted: 2xx to allow, 401 or 403 to refuse"
        case .unreadable(let reason): "its answer can't be read: \(reason)"
        case .tooMany: "too many questions wait for it"
        }
    }
}
