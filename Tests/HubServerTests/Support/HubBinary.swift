import Foundation
import TestSupport

/// The built `hub`, run as a process of its own.
final class HubBinary: Sendable {
    private let process: ChildProcess
    private let files: String

    /// Starts it.
    /// - Parameters:
    ///   - openFiles: How many files it may have open; as many as the tests, if it is `nil`.
    ///   - errors: The file that takes standard error; one of its own if it is `nil`.
    init(
        _ arguments: [String], environment: [String: String] = [:], openFiles: Int? = nil, errors: String? = nil
    ) async throws {
        let limit = openFiles.map { ["sh", "-c", "ulimit -n \($0) && exec \"$@\"", "sh"] } ?? []
        self.files = NSTemporaryDirectory() + "hub-\(UUID().uuidString)"
        // The environment of whoever runs the tests must not count, but for where a sanitizer is to report to.
        self.process = try await ChildProcess.start(
            limit + [Self.url.path] + arguments,
            environment: environment.merging(Self.sanitizerOptions) { own, _ in own },
            output: "\(self.files).out", errors: errors ?? "\(self.files).err")
    }

    deinit {
        for file in ["out", "err"] { unlink("\(self.files).\(file)") }
    }

    /// Runs a test with it, and leaves no process behind.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], openFiles: Int? = nil, errors: String? = nil,
        _ test: (HubBinary) async throws -> Void
    ) async throws {
        let hub = try await HubBinary(arguments, environment: environment, openFiles: openFiles, errors: errors)
        let result: Result<Void, any Error>
        do { result = .success(try await test(hub)) } catch { result = .failure(error) }
        hub.process.end()
        try result.get()
    }

    var isRunning: Bool { self.process.poll() == nil }
    var processIdentifier: Int32 { self.process.pid }
    var standardError: String { (try? String(contentsOfFile: "\(self.files).err", encoding: .utf8)) ?? "" }
    var standardOutput: String { self.process.text }

    /// The processor time that it has used, in seconds.
    var processorSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/\(self.processIdentifier)/stat", encoding: .utf8)) ?? ""
        // The name in parentheses may hold anything; the 14th and 15th fields (proc_pid_stat(5)) are the 12th and 13th after it.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Changes how many files it may have open.
    func allow(files count: Int) throws {
        let command = ["prlimit", "--pid", "\(self.processIdentifier)", "--nofile=\(count):"]
        guard try ChildProcess.run(command).end == .exited(0) else { throw POSIXError(.EPERM) }
    }

    func signal(_ number: Int32) {
        self.process.signal(number)
    }

    /// Waits until it says that it listens.
    /// - Returns: The port.
    func port() async throws -> Int {
        try await eventually("the hub should listen, but: \(self.standardError)") {
            self.standardError.contains("notice listening ") || !self.isRunning
        }
        let address = self.standardError.firstMatch(of: /address=127\.0\.0\.1:([0-9]+)/)?.1 ?? ""
        return Int(address) ?? 0
    }

    /// Waits for its end.
    func exitStatus() async throws -> Int32 {
        try await eventually("the hub should end, but: \(self.standardError)") { !self.isRunning }
        switch self.process.waitForEnd() {
        case .exited(let status), .signalled(let status): return status
        }
    }

    /// Waits for a text in its log.
    func waitForLog(_ text: String) async throws {
        try await eventually("'\(text)' should be logged, but: \(self.standardError)") {
            self.standardError.contains(text)
        }
    }

    private static let sanitizerOptions = ProcessInfo.processInfo.environment.filter {
        ["TSAN_OPTIONS", "ASAN_OPTIONS", "LD_PRELOAD"].contains($0.key)
    }

    /// The binary stands beside the bundle of the tests.
    static var url: URL {
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["HUB_BINARY"] { return URL(filePath: path) }
        while folder.path != "/", !FileManager.default.isExecutableFile(atPath: folder.appending(path: "hub").path) {
            folder = folder.deletingLastPathComponent()
        }
        return folder.appending(path: "hub")
    }
}
