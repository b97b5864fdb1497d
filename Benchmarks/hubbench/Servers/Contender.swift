/// Who is measured.
enum Contender: String, CaseIterable, Codable {
    case hub
    /// The hub with a single thread, as the floors have: what it needs itself, apart from what its threads and the generator's
    /// cost each other where they have to share the cores.
    case hubOfOneLoop
    /// Our own least server, with a single thread.
    case floor
    /// The same with a thread for each core, as the hub has: what threads that send at once cost, whoever they are.
    case parallelFloor
    /// Another least server, in C, if its binary is given.
    case rawfan
    case nchan

    /// The heading of its column.
    var title: String {
        switch self {
        case .hub: "hub"
        case .hubOfOneLoop: "hub, 1 loop"
        case .floor: "floor"
        case .parallelFloor: "parallel floor"
        case .rawfan: "rawfan"
        case .nchan: "nginx + Nchan"
        }
    }
}
