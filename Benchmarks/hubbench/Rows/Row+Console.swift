import Foundation
import HubLoad
import Synchronization

extension Row {
    /// What it costs to be watched: the same load with nobody looking, and with a console open.
    static var console: Row {
        Row(
            name: "console",
            title: "2000 topics, 10000 streams, 400 events/s, alone and beside a console that asks every 2 s",
            contenders: [.hub]
        ) { contender, bench in
            let streams = StreamGroup(10_000, topics: 0..<2000)
            return try bench.with(try bench.start(contender), [streams]) { server, generator in
                let load = PublishLoad(topics: 0..<2000, rate: 400)
                _ = try generator.publish([load], seconds: 2)
                let alone = try generator.cpuPerDelivery(load, bench.seconds, server.meter)
                let page = AskingPage(server.targets[0])
                defer { page.close() }
                let beside = try generator.cpuPerDelivery(load, bench.seconds, server.meter)
                return [
                    .cpuPerDeliveryAlone: alone.cpu, .cpuPerDelivery: beside.cpu,
                    .medianLatency: beside.report.groups[0].latency.milliseconds(50),
                    .tailLatency: beside.report.groups[0].latency.milliseconds(99),
                    .lost: Double(alone.report.lost + beside.report.lost),
                ]
            }
        }
    }
}

extension LoadGenerator {
    fileprivate func cpuPerDelivery(
        _ load: PublishLoad, _ seconds: Double, _ meter: ProcessMeter
    ) throws -> (cpu: Double, report: LoadReport) {
        let before = meter.cpuMicroseconds
        let report = try self.publish([load], seconds: seconds)
        return ((meter.cpuMicroseconds - before) / Double(max(1, report.received)), report)
    }
}

/// Asks what the console's page asks, as often as it does.
private final class AskingPage: Sendable {
    private let isOpen = Mutex(true)

    init(_ target: LoadTarget) {
        let thread = Thread {
            while self.isOpen.withLock(\.self) {
                HTTPProbe.ask(#"{"ask":"report"}"#, of: target)
                Thread.sleep(forTimeInterval: 2)
            }
        }
        thread.start()
    }

    func close() { self.isOpen.withLock { $0 = false } }
}
