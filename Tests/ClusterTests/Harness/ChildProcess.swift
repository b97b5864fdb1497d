import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A process that a test started: it has a group of its own, its output goes to a file, and it can't outlive the tests.
final class ChildProcess: Sendable {
    /// It could not be started, or did not do in time what the test waited for.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// How a process ended.
    enum End: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    let pid: pid_t
    private let output: String
    private let end = Mutex<End?>(nil)

    private init(pid: pid_t, output: String) {
        self.pid = pid
        self.output = output
    }

    /// Starts a program.
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - output: The file that takes standard output and standard error, after what it already holds.
    static func start(_ command: [String], output: String) async throws -> ChildProcess {
        // The kernel kills the child when the *thread* that started it ends. A loop's thread lives as long as the tests.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return try await loop.submit {
            let guarded = ["setpriv", "--pdeathsig", "KILL", "--"] + command
            return ChildProcess(pid: try Self.spawn(guarded, output: output), output: output)
        }.get()
    }

    private static func spawn(_ command: [String], output: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw Failure(description: "\(command[0]): \(String(cString: strerror(code)))") }
        return pid
    }

    /// What it has written so far.
    var text: String { (try? String(contentsOfFile: self.output, encoding: .utf8)) ?? "" }

    /// How it ended; `nil` while it runs.
    func poll() -> End? {
        self.end.withLock { end in
            if end != nil { return end }
            var status: Int32 = 0
            guard waitpid(self.pid, &status, WNOHANG) == self.pid else { return nil }
            let signal = status & 0x7F
            end = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
            return end
        }
    }

    /// Sends a signal to the process and its children.
    func signal(_ signal: Int32) {
        guard self.poll() == nil else { return }
        Foundation.kill(-self.pid, signal)
    }

    /// Waits for its end.
    func wait(within limit: Duration = .seconds(15)) async throws -> End {
        try await waitUntil("process \(self.pid) ends", within: limit) { self.poll() != nil }
        return self.poll()!
    }

    /// Ends it without asking, even if it is stopped.
    func kill() async {
        self.signal(SIGKILL)
        _ = try? await self.wait()
    }
}
