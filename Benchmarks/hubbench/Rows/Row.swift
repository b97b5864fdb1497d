/// One thing that is measured, as often as there are rounds, of each contender in turn.
struct Row {
    /// What a measure should amount to at most.
    struct Goal {
        let measure: Measure
        let limit: Double
        /// Whether the limit is a multiple of what the floor needs.
        var isRatio = false
    }

    typealias Figures = [Measure: Double]

    /// What it is chosen by.
    let name: String
    /// What it does, in a line.
    let title: String
    let contenders: [Contender]
    var goals: [Goal] = []
    var needsRedis = false
    /// Programs without which it is left out.
    var needsPrograms: [String] = []
    /// Measures a contender once.
    let measure: (Contender, Workbench) throws -> Figures

    /// All rows, in the order in which they are measured.
    static var all: [Row] {
        [
            .fanOut(streams: 2000), .fanOut(streams: 10_000), .batches, .severalTopics, .idleStreams, .cluster,
            .reconnect(topics: 10), .reconnect(topics: 100), .reconnectMany, .quietTopic, .stalledReaders,
            .encrypted, .http2, .sharedHTTP2, .tokens, .console,
        ]
    }
}
