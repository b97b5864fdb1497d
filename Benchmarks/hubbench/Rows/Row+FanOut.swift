import HubLoad

extension Row {
    /// One topic, and all streams get every event.
    static func fanOut(streams: Int) -> Row {
        Row(
            name: "fanout-\(streams)", title: "1 topic, \(streams) streams, 8 events/s of 128 bytes",
            contenders: Contender.allCases,
            goals: [
                Goal(measure: .cpuPerDelivery, limit: 1.10, isRatio: true),
                Goal(measure: .tailLatency, limit: 1.2, isRatio: true),
            ]
        ) { contender, bench in
            try bench.measureDeliveries(
                contender, StreamGroup(streams), PublishLoad(rate: 8), as: .cpuPerDelivery)
        }
    }

    /// Events that come together leave together; the floor gets them one by one.
    static var batches: Row {
        Row(
            name: "batch",
            title: "1 topic, 200 streams, 500 events/s: batches of 20 for the hub, single ones for the floor",
            contenders: [.hub, .floor], goals: [Goal(measure: .cpuPerEvent, limit: 0.35, isRatio: true)]
        ) { contender, bench in
            let load =
                contender == .hub ? PublishLoad(rate: 25, eventsPerRequest: 20) : PublishLoad(rate: 500)
            return try bench.measureDeliveries(contender, StreamGroup(200), load, as: .cpuPerEvent)
        }
    }

    /// Streams of several topics each.
    static var severalTopics: Row {
        Row(
            name: "topics", title: "100 topics, 2000 streams with 10 topics each, 80 events/s",
            contenders: [.hub, .hubOfOneLoop, .floor, .parallelFloor],
            goals: [Goal(measure: .cpuPerDelivery, limit: 1.25, isRatio: true)]
        ) { contender, bench in
            try bench.measureDeliveries(
                contender, StreamGroup(2000, topics: 0..<100, topicsPerStream: 10),
                PublishLoad(topics: 0..<100, rate: 80), as: .cpuPerDelivery)
        }
    }
}

extension Workbench {
    /// Opens streams, publishes, and divides what the servers needed by what was delivered.
    func measureDeliveries(
        _ contender: Contender, _ streams: StreamGroup, _ load: PublishLoad, as measure: Measure
    ) throws -> Row.Figures {
        try self.with(try self.start(contender), [streams]) { server, generator in
            // Not counted: what is done for the first time costs more.
            _ = try generator.publish([load], seconds: 1)
            let meter = server.meter
            let before = meter.cpuMicroseconds
            let report = try generator.publish([load], seconds: self.seconds)
            let cpu = meter.cpuMicroseconds - before
            return [
                measure: cpu / Double(max(1, report.received)),
                .medianLatency: report.groups[0].latency.milliseconds(50),
                .tailLatency: report.groups[0].latency.milliseconds(99),
                .lost: Double(report.lost + report.repeated),
            ]
        }
    }

    /// Runs a measurement with a server and open streams, and ends both.
    func with<Result>(
        _ server: RunningServer, _ streams: [StreamGroup], _ body: (RunningServer, LoadGenerator) throws -> Result
    ) throws -> Result {
        defer { server.stop() }
        let generator = try LoadGenerator(server.targets, streams: streams)
        defer { generator.close() }
        try generator.open()
        return try body(server, generator)
    }
}
