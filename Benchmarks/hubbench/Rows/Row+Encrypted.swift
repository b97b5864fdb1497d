import HubLoad

extension Row {
    /// Streams over TLS, each on a connection of its own, by HTTP/1.1.
    static var encrypted: Row {
        .encrypted("tls", "HTTP/1.1", connections: 2000, streams: 1, isHTTP1: true, memory: 30)
    }

    /// The same by HTTP/2.
    static var http2: Row { .encrypted("h2", "HTTP/2", connections: 2000, streams: 1, memory: 38) }

    /// Streams that share connections of HTTP/2, as the tabs of a browser do.
    static var sharedHTTP2: Row { .encrypted("h2-shared", "HTTP/2", connections: 100, streams: 50, memory: 6) }

    private static func encrypted(
        _ name: String, _ version: String, connections: Int, streams: Int, isHTTP1: Bool = false, memory: Double
    ) -> Row {
        Row(
            name: name,
            title: "TLS, \(version): 1 topic, \(connections) connections of \(streams), 8 events/s of 128 bytes",
            contenders: [.hub, .nchan], goals: [Goal(measure: .memoryPerStream, limit: memory)],
            needsPrograms: ["h2load", "curl", "openssl"]
        ) { contender, bench in
            let server = try bench.startEncrypted(contender)
            defer { server.stop() }
            let (meter, count) = (server.meter, Double(connections * streams))
            let (cpu, memory) = (meter.cpuMicroseconds, meter.proportionalKilobytes)
            try server.open(connections: connections, streams: streams, isHTTP1: isHTTP1)
            let (opened, held) = (meter.cpuMicroseconds, meter.proportionalKilobytes)
            // Not counted: what is done for the first time costs more.
            try server.publish(8, rate: 8)
            let events = max(8, Int(8 * bench.seconds))
            let before = meter.cpuMicroseconds
            try server.publish(events, rate: 8)
            return [
                .cpuPerDelivery: (meter.cpuMicroseconds - before) / (count * Double(events)),
                .cpuPerStream: (opened - cpu) / count,
                .memoryPerStream: (held - memory) / count,
            ]
        }
    }
}
