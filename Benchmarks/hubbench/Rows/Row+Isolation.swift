import HubLoad

extension Row {
    /// A topic with one stream beside one with so many that a delivery takes a while.
    static var quietTopic: Row {
        Row(
            name: "quiet",
            title: "a topic with 1 stream, 20 events/s, alone and beside one with 10000 streams, 8 events/s",
            contenders: [.hub, .floor]
        ) { contender, bench in
            let quiet = PublishLoad(topics: 1..<2, rate: 20)
            let streams = [StreamGroup(1, topics: 1..<2), StreamGroup(10_000)]
            return try bench.with(try bench.start(contender), streams) { _, generator in
                let alone = try generator.publish([quiet], seconds: bench.seconds)
                let beside = try generator.publish([quiet, PublishLoad(rate: 8)], seconds: bench.seconds)
                return [
                    .medianAlone: alone.groups[0].latency.milliseconds(50),
                    .tailAlone: alone.groups[0].latency.milliseconds(99),
                    .medianLatency: beside.groups[0].latency.milliseconds(50),
                    .tailLatency: beside.groups[0].latency.milliseconds(99),
                    .lost: Double(beside.lost + beside.repeated),
                ]
            }
        }
    }

    /// Readers that read nothing beside readers that do.
    static var stalledReaders: Row {
        Row(
            name: "stalled", title: "1000 readers, 5 events/s of 16 KiB, alone and beside 1000 that read nothing",
            contenders: [.hub]
        ) { contender, bench in
            let readers = StreamGroup(1000)
            let load = PublishLoad(rate: 5, size: 16 << 10)
            let alone = try bench.measureGrowth(contender, [readers], load)
            let beside = try bench.measureGrowth(contender, [readers, StreamGroup(1000, isStalled: true)], load)
            return [
                .medianAlone: alone.report.groups[0].latency.milliseconds(50),
                .tailAlone: alone.report.groups[0].latency.milliseconds(99),
                .memoryGrowthAlone: alone.growth,
                .medianLatency: beside.report.groups[0].latency.milliseconds(50),
                .tailLatency: beside.report.groups[0].latency.milliseconds(99),
                .memoryGrowth: beside.growth,
                .lost: Double(beside.report.lost + beside.report.repeated),
            ]
        }
    }
}

extension Workbench {
    /// What arrived, and how much more memory the server has afterwards, in MiB.
    fileprivate func measureGrowth(
        _ contender: Contender, _ streams: [StreamGroup], _ load: PublishLoad
    ) throws -> (report: LoadReport, growth: Double) {
        try self.with(try self.start(contender), streams) { server, generator in
            let meter = server.meter
            let before = meter.proportionalKilobytes
            let report = try generator.publish([load], seconds: self.seconds)
            return (report, (meter.proportionalKilobytes - before) / 1024)
        }
    }
}
