import Foundation
import TestSupport

/// What a line for the shell with hubctl in it came to.
struct HubctlRun {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { self.output.split(separator: "\n").map(String.init) }

    /// A line for the shell with the program in it, at work.
    struct Running {
        let process: ChildProcess
        let output: String
        let errors: String

        /// Starts it.
        /// - Parameter line: `$ctl` is the program.
        init(_ line: String, in directory: TestDirectory, url: String) async throws {
            let name = directory.file("hubctl-\(UInt64.random(in: 0 ... .max))")
            self.output = name + ".out"
            self.errors = name + ".err"
            let script = "export HUB_URL='\(url)' ctl='\(Binaries.hubctl)'; { \(line)\n} 2>'\(self.errors)'"
            self.process = try await ChildProcess.start(["sh", "-c", script], output: self.output)
        }

        var text: String { (try? String(contentsOfFile: self.output, encoding: .utf8)) ?? "" }
        var errorText: String { (try? String(contentsOfFile: self.errors, encoding: .utf8)) ?? "" }

        func finish() async throws -> HubctlRun {
            guard case .exited(let status) = try await self.process.wait(within: .seconds(20)) else {
                throw ChildProcess.Failure(description: "hubctl was killed: \(self.errorText)")
            }
            return HubctlRun(status: status, output: self.text, errors: self.errorText)
        }
    }
}
