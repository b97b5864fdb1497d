import HubLoad

extension Row {
    /// Streams that only are there.
    static var idleStreams: Row {
        Row(
            name: "idle", title: "10000 streams are opened, and nothing is published",
            contenders: [.hub, .floor, .nchan],
            goals: [Goal(measure: .memoryPerStream, limit: 5), Goal(measure: .cpuPerStream, limit: 45)]
        ) { contender, bench in
            try bench.measureOpening(contender, StreamGroup(10_000))
        }
    }
}

extension Workbench {
    /// How much a stream needs to be accepted, and to be there. What the first streams of a process cost is not counted.
    fileprivate func measureOpening(_ contender: Contender, _ streams: StreamGroup) throws -> Row.Figures {
        try self.with(try self.start(contender), [StreamGroup(100)]) { server, _ in
            let meter = server.meter
            let (cpu, memory) = (meter.cpuMicroseconds, meter.proportionalKilobytes)
            let generator = try LoadGenerator(server.targets, streams: [streams])
            defer { generator.close() }
            try generator.open()
            let opened = meter.cpuMicroseconds
            MonotonicTime.sleep(1_000_000_000)
            let count = Double(streams.count)
            return [
                .cpuPerStream: (opened - cpu) / count,
                .memoryPerStream: (meter.proportionalKilobytes - memory) / count,
            ]
        }
    }
}
