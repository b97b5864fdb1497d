/// Who is measured.
enum Contender: String, CaseIterable, Codable {
    case hub
    /// Our own least server.
    case floor
    /// Another least server, in C, if its binary is given.
    case rawfan
    case nchan

    /// The heading of its column.
    var title: String {
        switch self {
        case .hub: "hub"
        case .floor: "floor"
        case .rawfan: "rawfan"
        case .nchan: "nginx + Nchan"
        }
    }
}
