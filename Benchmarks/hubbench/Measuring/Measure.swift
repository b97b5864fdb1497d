/// Something that a row measures. Less is better, always.
enum Measure: String, CaseIterable, Codable {
    case cpuPerDelivery = "CPU per delivery"
    case cpuPerDeliveryAlone = "CPU per delivery alone"
    case cpuPerEvent = "CPU per event and stream"
    case cpuPerPublish = "CPU per publish"
    case cpuPerStream = "CPU to accept a stream"
    case cpuPerNewToken = "CPU to check a token"
    case cpuPerKnownToken = "CPU to check it again"
    case medianLatency = "median latency"
    case tailLatency = "p99 latency"
    case medianAlone = "median latency alone"
    case tailAlone = "p99 latency alone"
    case memoryPerStream = "memory per stream"
    case memoryGrowth = "growth of memory"
    case memoryGrowthAlone = "growth of memory alone"
    case redisCommands = "Redis commands"
    case pageReads = "pages read"
    case cpu = "CPU"
    case duration = "time until all are served"
    case lost = "deliveries lost"

    var unit: String {
        switch self {
        case .cpuPerDelivery, .cpuPerDeliveryAlone, .cpuPerEvent, .cpuPerPublish, .cpuPerStream, .cpuPerNewToken,
            .cpuPerKnownToken:
            "µs"
        case .medianLatency, .tailLatency, .medianAlone, .tailAlone: "ms"
        case .memoryPerStream: "KiB"
        case .memoryGrowth, .memoryGrowthAlone: "MiB"
        case .redisCommands, .pageReads, .lost: ""
        case .cpu, .duration: "s"
        }
    }

    /// How many digits after the point say something.
    var digits: Int {
        switch self {
        case .redisCommands, .pageReads, .lost: 0
        case .memoryGrowth, .memoryGrowthAlone, .cpuPerPublish, .cpuPerStream, .cpuPerNewToken, .cpuPerKnownToken: 1
        default: 2
        }
    }
}
