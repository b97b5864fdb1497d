import HubLoad

extension Row {
    /// What a token costs a stream that is opened, beside one that has none.
    static var tokens: Row {
        Row(
            name: "token",
            title: "2000 streams are opened without a token, each with its own (ES256), and all with one",
            contenders: [.hub],
            goals: [Goal(measure: .cpuPerNewToken, limit: 150), Goal(measure: .cpuPerKnownToken, limit: 10)]
        ) { _, bench in
            let server = try bench.startWithTokens()
            defer { server.stop() }
            let count = bench.tokens.texts.count
            // Not counted: what is done for the first time costs more.
            _ = try server.cpuToOpen(StreamGroup(count))
            let without = try server.cpuToOpen(StreamGroup(count))
            let new = try server.cpuToOpen(StreamGroup(count, tokens: bench.tokens.texts))
            let known = try server.cpuToOpen(StreamGroup(count, tokens: Array(bench.tokens.texts.suffix(1))))
            return [.cpuPerStream: without, .cpuPerNewToken: new - without, .cpuPerKnownToken: known - without]
        }
    }
}

extension RunningServer {
    /// How much processor time each stream of a group takes to be opened, in microseconds; they end afterwards.
    fileprivate func cpuToOpen(_ streams: StreamGroup) throws -> Double {
        let generator = try LoadGenerator(self.targets, streams: [streams])
        defer { generator.close() }
        let before = self.meter.cpuMicroseconds
        try generator.open()
        return (self.meter.cpuMicroseconds - before) / Double(streams.count)
    }
}
