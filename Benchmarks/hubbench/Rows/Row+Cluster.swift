import HubLoad

extension Row {
    /// Two hubs with Redis between them, whose processor time counts.
    static var cluster: Row {
        Row(
            name: "cluster", title: "2 hubs and Redis, 2000 topics with 5 streams each, 2000 events/s",
            contenders: [.hub, .hubOfOneLoop], goals: [Goal(measure: .cpuPerPublish, limit: 150)], needsRedis: true
        ) { contender, bench in
            let redis = try bench.startRedis()
            let streams = StreamGroup(10_000, topics: 0..<2000)
            let load = PublishLoad(topics: 0..<2000, rate: 2000, connections: 8)
            return try bench.with(try bench.startHubs(2, as: contender, on: redis), [streams]) { server, generator in
                _ = try generator.publish([load], seconds: 1)
                let meter = server.meter
                let before = meter.cpuMicroseconds
                let report = try generator.publish([load], seconds: bench.seconds)
                return [
                    .cpuPerPublish: (meter.cpuMicroseconds - before) / Double(max(1, report.published.requests)),
                    .medianLatency: report.groups[0].latency.milliseconds(50),
                    .tailLatency: report.groups[0].latency.milliseconds(99),
                    .lost: Double(report.lost + report.repeated),
                ]
            }
        }
    }

    /// The clients of a hub that has gone come to another one, which knows nothing of their topics yet.
    static func reconnect(topics: Int) -> Row {
        Row(
            name: "reconnect-\(topics)",
            title: "5000 clients of \(topics) topics reconnect at once, each 100 events behind, to a hub with Redis",
            contenders: [.hub], goals: [Goal(measure: .cpu, limit: 2)], needsRedis: true
        ) { _, bench in
            let redis = try bench.startRedis()
            let cursor = try bench.publishHistory(of: topics, on: redis)
            let server = try bench.startHubs(1, on: redis)
            defer { server.stop() }
            let commands = try RedisProbe.commandCount(port: redis.port)
            let meter = server.meter
            let cpu = meter.cpuMicroseconds
            let streams = StreamGroup(5000, topics: 0..<topics, lastEventID: cursor)
            let generator = try LoadGenerator(server.targets, streams: [streams])
            defer { generator.close() }
            let opening = try generator.open()
            let report = generator.wait(forEventsPerStream: 100)
            return [
                .cpu: (meter.cpuMicroseconds - cpu) / 1e6,
                .duration: opening + report.seconds,
                .redisCommands: Double(try RedisProbe.commandCount(port: redis.port) - commands),
                .lost: Double(report.lost + report.repeated),
            ]
        }
    }

    /// Streams of many topics come back that missed far more than is held in memory.
    static var reconnectMany: Row {
        Row(
            name: "reconnect-many",
            title:
                "20 clients of 100 topics reconnect at once, each 200000 events behind, to a hub with an in-memory bus",
            contenders: [.hub], goals: [Goal(measure: .duration, limit: 5), Goal(measure: .pageReads, limit: 822)]
        ) { contender, bench in
            let server = try bench.start(contender)
            defer { server.stop() }
            let target = server.targets[0]
            let connection = PublishConnection(to: target)
            let event = EventMark.data(time: MonotonicTime.now, size: 128)
            let answer = try connection.publish([event], to: 0)
            for _ in 0..<4 {
                for topic in 0..<100 { try connection.publish(Array(repeating: event, count: 500), to: topic) }
            }
            let meter = server.meter
            let cpu = meter.cpuMicroseconds
            let streams = StreamGroup(
                20, topics: 0..<100, topicsPerStream: 100, lastEventID: try Workbench.firstID(in: answer))
            let generator = try LoadGenerator(server.targets, streams: [streams])
            defer { generator.close() }
            let opening = try generator.open()
            let report = generator.wait(forEventsPerStream: 200_000)
            return [
                .cpu: (meter.cpuMicroseconds - cpu) / 1e6,
                .duration: opening + report.seconds,
                .pageReads: try HTTPProbe.metric("hub_page_reads_total", of: target),
                .lost: Double(report.lost + report.repeated),
            ]
        }
    }
}

extension Workbench {
    /// Publishes 100 events of each topic through a hub that is gone afterwards.
    /// - Returns: A cursor from before them.
    fileprivate func publishHistory(
        of topics: Int, on redis: (process: ChildServer, port: Int)
    ) throws -> String {
        let hub = try self.startHub(on: redis)
        defer { hub.kill() }
        let target = try LoadTarget(url: "http://127.0.0.1:\(try hub.announcedPort())")
        let connection = PublishConnection(to: target)
        let event = EventMark.data(time: MonotonicTime.now, size: 128)
        let answer = try connection.publish([event], to: 0)
        for topic in 0..<topics { try connection.publish(Array(repeating: event, count: 100), to: topic) }
        return try Self.firstID(in: answer)
    }

    fileprivate static func firstID(in answer: String) throws(LoadFailure) -> String {
        guard let id = answer.firstMatch(of: /"id":"([^"]+)"/) else { throw LoadFailure("no id: \(answer)") }
        return String(id.1)
    }
}
