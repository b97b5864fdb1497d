import Foundation
import HubLoad

/// A server process of a run: its output goes to a file, and it can't outlive this process.
final class ChildServer {
    let pid: pid_t
    private let log: String
    private var isRunning = true

    /// Starts a program.
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - log: The file for its output.
    /// - Throws: `LoadFailure`.
    init(_ command: [String], log: String) throws {
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let guarded = ["setpriv", "--pdeathsig", "KILL", "--"] + command
        var arguments = guarded.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, guarded[0], &actions, nil, &arguments, environ)
        guard code == 0 else { throw LoadFailure("\(command[0]): \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    deinit { self.kill() }

    /// What it has written so far.
    var output: String { (try? String(contentsOfFile: self.log, encoding: .utf8)) ?? "" }

    /// Waits until a condition is met.
    /// - Throws: `LoadFailure` with what the server wrote, if it ended or took more than 15 seconds.
    func wait<Value>(until condition: () -> Value?) throws -> Value {
        let deadline = MonotonicTime.now + 15_000_000_000
        while MonotonicTime.now < deadline {
            if let value = condition() { return value }
            var status: CInt = 0
            guard waitpid(self.pid, &status, WNOHANG) == 0 else {
                self.isRunning = false
                break
            }
            MonotonicTime.sleep(10_000_000)
        }
        throw LoadFailure("a server did not start: \(self.output.suffix(500))")
    }

    /// Waits until it says where it listens.
    func announcedPort() throws -> Int {
        try self.wait { self.output.firstMatch(of: /address=127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) } }
    }

    /// Waits until somebody listens on a port.
    func waitForListener(on port: Int) throws {
        let address = try TCPAddress(host: "127.0.0.1", port: port)
        try self.wait { () -> Void? in
            guard let socket = try? TCPSocket.connected(to: address) else { return nil }
            socket.closeAtOnce()
            return ()
        }
    }

    /// Waits until it ends by itself.
    func waitForEnd() {
        guard self.isRunning else { return }
        waitpid(self.pid, nil, 0)
        self.isRunning = false
    }

    /// Ends it and its children without asking: what it would still do is of no interest.
    func kill() {
        guard self.isRunning else { return }
        self.isRunning = false
        for child in ProcessMeter.children(of: self.pid) { Foundation.kill(child, SIGKILL) }
        Foundation.kill(self.pid, SIGKILL)
        waitpid(self.pid, nil, 0)
    }
}
