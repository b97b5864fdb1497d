import Foundation
import Synchronization

/// What a process has written so far.
private final class Transcript: Sendable {
    private let all = Mutex("")
    var text: String { self.all.withLock { $0 } }
    func append(_ text: String) { self.all.withLock { $0 += text } }
}

/// The built `hub`, run as a process of its own.
final class HubBinary: Sendable {
    private let process: Mutex<Process>
    private let errors = Transcript()
    private let output = Transcript()

    /// Starts it.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = Self.url
        process.arguments = arguments
        // The environment of whoever runs the tests must not count, but for where a sanitizer is to report to.
        process.environment = environment.merging(Self.sanitizerOptions) { own, _ in own }
        self.process = Mutex(process)
        process.standardError = Self.pipe { [errors] text in errors.append(text) }
        process.standardOutput = Self.pipe { [output] text in output.append(text) }
        try process.run()
    }

    /// Runs a test with it, and leaves no process behind.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], _ test: (HubBinary) async throws -> Void
    ) async throws {
        let hub = try HubBinary(arguments, environment: environment)
        let result: Result<Void, any Error>
        do { result = .success(try await test(hub)) } catch { result = .failure(error) }
        if hub.isRunning { hub.signal(SIGKILL) }
        try result.get()
    }

    var isRunning: Bool { self.process.withLock { $0.isRunning } }
    var processIdentifier: Int32 { self.process.withLock { $0.processIdentifier } }
    var standardError: String { self.errors.text }
    var standardOutput: String { self.output.text }

    func signal(_ number: Int32) {
        _ = kill(self.processIdentifier, number)
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
        return self.process.withLock { $0.terminationStatus }
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

    private static func pipe(_ receive: @escaping @Sendable (String) -> Void) -> Pipe {
        let pipe = Pipe()
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            receive(String(decoding: data, as: UTF8.self))
        }
        return pipe
    }

    /// The binary stands beside the bundle of the tests.
    private static var url: URL {
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["HUB_BINARY"] { return URL(filePath: path) }
        while folder.path != "/", !FileManager.default.isExecutableFile(atPath: folder.appending(path: "hub").path) {
            folder = folder.deletingLastPathComponent()
        }
        return folder.appending(path: "hub")
    }
}
