import HubLoad

/// A server that speaks TLS, what its streams and publishes are asked for by, and the clients that others wrote: nghttp2's h2load
/// opens streams, curl publishes.
final class EncryptedServer {
    private static let body = String(repeating: "x", count: 128)

    let meter: ProcessMeter
    private let process: ChildServer
    private let port: Int
    private let streamPath: String
    private let publishPath: String
    private let spawn: ([String]) throws -> ChildServer
    private var clients: [ChildServer] = []

    init(
        _ process: ChildServer, port: Int, streamPath: String, publishPath: String,
        spawn: @escaping ([String]) throws -> ChildServer
    ) {
        self.process = process
        self.port = port
        self.streamPath = streamPath
        self.publishPath = publishPath
        self.spawn = spawn
        self.meter = ProcessMeter(of: [process.pid])
    }

    /// Ends it and its clients.
    func stop() {
        for client in self.clients { client.kill() }
        self.process.kill()
    }

    /// Opens streams, and waits until that costs nothing more.
    /// - Parameters:
    ///   - connections: On so many connections.
    ///   - streams: So many on each.
    ///   - isHTTP1: Whether they speak HTTP/1.1.
    func open(connections: Int, streams: Int, isHTTP1: Bool) throws {
        let options = ["-c", "\(connections)", "-m", "\(streams)", "-n", "\(connections * streams)", "-t", "1"]
        let patience = ["-T", "3600", "-N", "3600", "-H", "Accept: text/event-stream"]
        self.clients.append(
            try self.spawn(
                ["h2load"] + (isHTTP1 ? ["--h1"] : []) + options + patience + [self.url(self.streamPath)]))
        self.waitUntilIdle()
    }

    /// Publishes events of 128 bytes.
    func publish(_ count: Int, rate: Int) throws {
        let separator = self.publishPath.contains("?") ? "&" : "?"
        let publisher = try self.spawn([
            "curl", "--silent", "--insecure", "--output", "/dev/null", "--rate", "\(rate * 3600)/h",
            "--data-binary", Self.body, self.url(self.publishPath) + separator + "n=[1-\(count)]",
        ])
        publisher.waitForEnd()
        self.waitUntilIdle()
    }

    private func url(_ path: String) -> String { "https://127.0.0.1:\(self.port)\(path)" }

    /// Nothing is counted by the clients while they wait, so that it is the server who shows that it has done all.
    private func waitUntilIdle() {
        var (calm, before) = (0, self.meter.cpuMicroseconds)
        while calm < 3 {
            MonotonicTime.sleep(300_000_000)
            let now = self.meter.cpuMicroseconds
            calm = now - before < 3000 ? calm + 1 : 0
            before = now
        }
    }
}
