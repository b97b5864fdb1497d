import Foundation
import TestSupport

/// A primary with two replicas, and three sentinels that watch it, alive for the time of a test.
struct SentinelSet: Sendable {
    /// A sentinel.
    final class Sentinel: Sendable {
        let port: Int
        private let process: ChildProcess

        init(in directory: TestDirectory, number: Int, watching port: Int) async throws {
            self.port = try await FreePort.find()
            let folder = directory.file("sentinel\(number)")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let lines = [
                "port \(self.port)", "bind 127.0.0.1", "dir \(folder)", "sentinel monitor main 127.0.0.1 \(port) 2",
                "sentinel down-after-milliseconds main 1000", "sentinel failover-timeout main 5000",
            ]
            let file = folder + "/sentinel.conf"
            try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            self.process = try await ChildProcess.start(
                ["redis-server", file, "--sentinel"], output: folder + "/output")
        }

        @discardableResult
        func cli(_ arguments: String...) throws -> String {
            let (_, output) = try ChildProcess.run(["redis-cli", "-p", "\(self.port)"] + arguments)
            return output
        }

        func kill() { self.process.end() }
    }

    let directory: TestDirectory
    /// The first is the primary at the beginning.
    let servers: [RedisServer]
    let sentinels: [Sentinel]
    let hubs: [HubProcess]

    /// Runs a test with them and so many hubs, which are ready, and leaves nothing of them behind.
    static func with(hubs count: Int = 2, _ body: (SentinelSet) async throws -> Void) async throws {
        let directory = try TestDirectory()
        defer { directory.remove() }
        var servers: [RedisServer] = []
        for number in 0..<3 {
            let lines = servers.first.map { ["replicaof 127.0.0.1 \($0.port)"] } ?? []
            let port = try await FreePort.find()
            servers.append(
                try RedisServer(
                    directory: directory.file("server\(number)"), port: port, lines + ["repl-diskless-sync-delay 0"]))
        }
        var (sentinels, hubs): ([Sentinel], [HubProcess]) = ([], [])
        func end() async {
            for hub in hubs { await hub.kill() }
            for sentinel in sentinels { sentinel.kill() }
            for server in servers { server.kill() }
        }
        do {
            for server in servers { try await server.start() }
            for number in 0..<3 {
                sentinels.append(try await Sentinel(in: directory, number: number, watching: servers[0].port))
            }
            let addresses = sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
            hubs = (0..<count).map { number in
                HubProcess(
                    in: directory, name: "hub\(number + 1)",
                    ["--bus", "redis+sentinel://\(addresses)/main", "--heartbeat", "1s", "--drain", "1s"])
            }
            for hub in hubs { try await hub.start() }
            let set = SentinelSet(directory: directory, servers: servers, sentinels: sentinels, hubs: hubs)
            try await set.waitUntilComplete()
            try await body(set)
        } catch {
            for hub in hubs { print("--- the log of \(hub.name)\n\(hub.log.suffix(4000))") }
            await end()
            throw error
        }
        await end()
    }

    /// Waits until the replicas have what there is, and the sentinels know of each other and of them.
    func waitUntilComplete() async throws {
        try await waitUntil("the sentinels know everything", within: .seconds(30)) {
            try self.sentinels.allSatisfy { sentinel in
                let text = try sentinel.cli("SENTINEL", "CKQUORUM", "main") + sentinel.cli("SENTINEL", "MASTER", "main")
                let lines = text.split(separator: "\n").map(String.init)
                func value(_ name: String) -> String? {
                    lines.firstIndex(of: name).flatMap { $0 + 1 < lines.count ? lines[$0 + 1] : nil }
                }
                return text.contains("OK 3 usable") && value("num-slaves") == "2" && value("flags") == "master"
            }
        }
    }

    /// Waits until the replicas have all that the primary has now.
    func waitUntilReplicated() async throws {
        let offset = try self.servers[0].offsets(/master_repl_offset:(\d+)/).first ?? 0
        try await waitUntil("the replicas have everything", within: .seconds(30)) {
            let offsets = try self.servers[0].offsets(/slave\d:.*,offset=(\d+)/)
            return offsets.count == 2 && offsets.allSatisfy { $0 >= offset }
        }
    }

    /// The port of the primary, if a sentinel names another one than at the beginning.
    func newPrimaryPort() throws -> Int? {
        for sentinel in self.sentinels {
            let answer = try sentinel.cli("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
            let port = answer.split(separator: "\n").last.flatMap { Int($0) }
            if let port, port != self.servers[0].port { return port }
        }
        return nil
    }

    /// Waits until a sentinel names another primary.
    func waitUntilFailedOver() async throws {
        try await waitUntil("another server is the primary", within: .seconds(30)) {
            try self.newPrimaryPort() != nil
        }
    }
}

extension RedisServer {
    /// Numbers in what it says of its replication.
    fileprivate func offsets(_ pattern: Regex<(Substring, Substring)>) throws -> [Int] {
        try self.cli("INFO", "replication").matches(of: pattern).compactMap { Int($0.1) }
    }
}
