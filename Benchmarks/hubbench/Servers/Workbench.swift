import Foundation
import HubLoad

/// What the runs share: where the programs are, how long to measure, and a folder for logs.
final class Workbench {
    private static let oneLoop = ["--loops", "1"]
    private static let coreCount = ProcessInfo.processInfo.activeProcessorCount

    let seconds: Double
    let tokens: SignedTokens
    private let hub: String
    private let rawfan: String?
    private let directory: String
    private var logCount = 0

    /// Makes a workbench with a folder that goes with it.
    init(hub: String, rawfan: String?, seconds: Double, tokens: SignedTokens) throws {
        self.hub = hub
        self.rawfan = rawfan
        self.seconds = seconds
        self.tokens = tokens
        self.directory = NSTemporaryDirectory() + "hubbench-\(getpid())"
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    /// Whether a contender can be measured here.
    func has(_ contender: Contender) -> Bool {
        switch contender {
        case .hub, .hubOfOneLoop, .floor: true
        case .parallelFloor: Self.coreCount > 1
        case .rawfan: self.rawfan != nil
        case .nchan: Self.path(of: "nginx") != nil && NchanConfiguration.module != nil
        }
    }

    /// Whether rows with Redis can be measured here.
    var hasRedis: Bool { self.has(program: "redis-server") }

    /// Whether a program is installed.
    func has(program: String) -> Bool { Self.path(of: program) != nil }

    /// Starts a contender anew.
    func start(_ contender: Contender) throws -> RunningServer {
        switch contender {
        case .hub: return try self.hubs(1, ["--bus", "memory"])
        case .hubOfOneLoop: return try self.hubs(1, ["--bus", "memory"] + Self.oneLoop)
        case .floor: return try self.floor(threads: 1)
        case .parallelFloor: return try self.floor(threads: Self.coreCount)
        case .rawfan:
            let port = try LoopbackListener.freePort()
            let process = try self.spawn([self.rawfan ?? "rawfan", "\(port)"])
            try process.waitForListener(on: port)
            return RunningServer([try Self.target(port)], [process])
        case .nchan: return try self.nchan()
        }
    }

    /// Starts the hub or nginx with a certificate of its own.
    func startEncrypted(_ contender: Contender) throws -> EncryptedServer {
        let (certificate, key) = ("\(self.directory)/certificate.pem", "\(self.directory)/key.pem")
        try self.spawn([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "1",
            "-subj", "/CN=localhost", "-keyout", key, "-out", certificate,
        ]).waitForEnd()
        guard contender == .hub else {
            let (process, port) = try self.nginx(NchanTLS(certificate: certificate, key: key))
            return EncryptedServer(
                process, port: port, streamPath: "/sub/t", publishPath: "/pub/t", spawn: self.spawn)
        }
        let process = try self.spawn([
            self.hub, "--host", "127.0.0.1", "--port", "0", "--tls-certificate", certificate, "--tls-key", key,
            "--max-connections-per-address", "100000",
        ])
        return EncryptedServer(
            process, port: try process.announcedPort(), streamPath: "/sse?topic=t", publishPath: "/publish?topic=t",
            spawn: self.spawn)
    }

    /// Starts the hub with the key of the tokens; whoever has none may read as well.
    func startWithTokens() throws -> RunningServer {
        let file = "\(self.directory)/public.pem"
        try self.tokens.publicKey.write(toFile: file, atomically: false, encoding: .utf8)
        return try self.hubs(1, ["--bus", "memory", "--jwt-key", "ES256:@\(file)", "--public", "*"])
    }

    /// Starts Redis alone.
    func startRedis() throws -> (process: ChildServer, port: Int) {
        let port = try LoopbackListener.freePort()
        let process = try self.spawn([
            "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
            self.directory,
        ])
        try process.waitForListener(on: port)
        return (process, port)
    }

    /// Starts hubs that share a Redis, which is one of the processes that are metered.
    func startHubs(
        _ count: Int, as contender: Contender = .hub, on redis: (process: ChildServer, port: Int)
    ) throws -> RunningServer {
        let loops = contender == .hubOfOneLoop ? Self.oneLoop : []
        return try self.hubs(count, ["--bus", "redis://127.0.0.1:\(redis.port)"] + loops, beside: redis)
    }

    /// Starts a hub that the caller ends, while Redis goes on.
    func startHub(on redis: (process: ChildServer, port: Int)) throws -> ChildServer {
        try self.startHub(["--bus", "redis://127.0.0.1:\(redis.port)"])
    }

    private func floor(threads: Int) throws -> RunningServer {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = try self.spawn([program, "floor", "--threads", "\(threads)"])
        return RunningServer([try Self.target(try process.announcedPort())], [process])
    }

    private func startHub(_ arguments: [String]) throws -> ChildServer {
        let process = try self.spawn([self.hub, "--host", "127.0.0.1", "--port", "0"] + arguments)
        let port = try process.announcedPort()
        try process.wait { HTTPProbe.isReady(port: port) ? () : nil }
        return process
    }

    private func hubs(
        _ count: Int, _ arguments: [String], beside redis: (process: ChildServer, port: Int)? = nil
    ) throws -> RunningServer {
        var processes: [ChildServer] = []
        var targets: [LoadTarget] = []
        for _ in 0..<count {
            let process = try self.startHub(arguments)
            processes.append(process)
            targets.append(try Self.target(try process.announcedPort()))
        }
        return RunningServer(targets, processes + (redis.map { [$0.process] } ?? []))
    }

    private func nchan() throws -> RunningServer {
        let (process, port) = try self.nginx()
        return RunningServer([try LoadTarget(url: "http://127.0.0.1:\(port)", dialect: .nchan)], [process])
    }

    private func nginx(_ tls: NchanTLS? = nil) throws -> (process: ChildServer, port: Int) {
        let port = try LoopbackListener.freePort()
        let file = "\(self.directory)/nginx.conf"
        try NchanConfiguration.text(port: port, directory: self.directory, tls: tls)
            .write(toFile: file, atomically: false, encoding: .utf8)
        let process = try self.spawn(["nginx", "-p", self.directory, "-c", file])
        try process.waitForListener(on: port)
        return (process, port)
    }

    private func spawn(_ command: [String]) throws -> ChildServer {
        self.logCount += 1
        return try ChildServer(command, log: "\(self.directory)/\(self.logCount).log")
    }

    private static func target(_ port: Int) throws -> LoadTarget {
        try LoadTarget(url: "http://127.0.0.1:\(port)")
    }

    private static func path(of program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders: [String] = path.split(separator: ":").map(String.init) + ["/usr/sbin"]
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
