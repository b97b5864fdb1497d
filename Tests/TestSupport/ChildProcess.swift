public import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A process that a test started: it has a group of its own, its output goes to files, and it can't outlive the tests.
///
/// Not Foundation's `Process`, which in Swift 6.3.1 reads beyond the end of a directory entry when it starts one, and
/// crashes now and then while many files are open (swift-corelibs-foundation #5472).
public final class ChildProcess: Sendable {
    /// It could not be started, or did not do in time what the test waited for.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        /// Makes a failure that says what was wrong.
        public init(description: String) {
            self.description = description
        }
    }

    /// How a process ended.
    public enum End: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// The process, which leads its group.
    public let pid: pid_t
    private let output: String
    private let end = Mutex<End?>(nil)

    private init(pid: pid_t, output: String) {
        self.pid = pid
        self.output = output
    }

    /// Starts a program.
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - environment: Its environment; that of the tests if it is `nil`.
    ///   - output: The file that takes standard output, after what it already holds.
    ///   - errors: The file that takes standard error; the same one if it is `nil`.
    /// - Throws: ``Failure`` if there is no such program.
    public static func start(
        _ command: [String], environment: [String: String]? = nil, output: String, errors: String? = nil
    ) async throws -> ChildProcess {
        // The kernel kills the child when the *thread* that started it ends. A loop's thread lives as long as the tests.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return try await loop.submit {
            let guarded = ["setpriv", "--pdeathsig", "KILL", "--"] + command
            let pid = try Self.spawn(guarded, environment: environment, output: output, errors: errors)
            return ChildProcess(pid: pid, output: output)
        }.get()
    }

    /// Runs a program that ends soon, and waits for it.
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - input: What it reads from standard input.
    /// - Returns: How it ended, and what it has written to standard output.
    /// - Throws: ``Failure`` if there is no such program.
    public static func run(_ command: [String], input: [UInt8] = []) throws -> (end: End, output: String) {
        let name = NSTemporaryDirectory() + "child-\(UUID().uuidString)"
        defer { for file in ["in", "out"] { unlink("\(name).\(file)") } }
        try Data(input).write(to: URL(fileURLWithPath: "\(name).in"))
        let pid = try Self.spawn(command, input: "\(name).in", output: "\(name).out", errors: "/dev/null")
        let process = ChildProcess(pid: pid, output: "\(name).out")
        return (process.waitForEnd(), process.text)
    }

    /// What it has written so far to standard output, and to standard error if that has no file of its own.
    public var text: String { (try? String(contentsOfFile: self.output, encoding: .utf8)) ?? "" }

    /// How it ended; `nil` while it runs.
    public func poll() -> End? {
        self.reap(WNOHANG)
    }

    /// Blocks the thread until it has ended: for one that is sure to end soon.
    @discardableResult
    public func waitForEnd() -> End {
        while true {
            if let end = self.reap(0) { return end }
        }
    }

    /// Sends a signal to the process and its children.
    public func signal(_ signal: Int32) {
        guard self.poll() == nil else { return }
        Foundation.kill(-self.pid, signal)
    }

    /// Ends it without asking, even if it is stopped, and waits for its end.
    public func end(with signal: Int32 = SIGKILL) {
        self.signal(signal)
        self.waitForEnd()
    }

    private func reap(_ options: Int32) -> End? {
        self.end.withLock { end in
            if end != nil { return end }
            var status: Int32 = 0
            guard waitpid(self.pid, &status, options) == self.pid else { return nil }
            let signal = status & 0x7F
            end = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
            return end
        }
    }

    /// A socket of the tests that a child held open would not be closed for its peer. Swift's module of the C library leaves
    /// this function of glibc out.
    private static func closeTheRest(_ actions: inout posix_spawn_file_actions_t) throws {
        typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw Failure(description: "the tests need glibc 2.34 or later")
        }
        // The type is that of spawn.h.
        _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
    }

    private static func spawn(
        _ command: [String], environment: [String: String]? = nil, input: String = "/dev/null", output: String,
        errors: String?
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        try Self.closeTheRest(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var arguments = command.map { strdup($0) } + [nil]
        var variables = (environment ?? [:]).map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let code =
            environment == nil
            ? posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, environ)
            : posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw Failure(description: "\(command[0]): \(String(cString: strerror(code)))") }
        return pid
    }
}
