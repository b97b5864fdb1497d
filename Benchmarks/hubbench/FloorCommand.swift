import ArgumentParser
import Foundation

/// `hubbench floor`: the floor as a server of its own, as the runs start it.
struct FloorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor", abstract: "Serve as the floor, until the process is ended.", shouldDisplay: false)

    @Option(help: "How many threads share the streams.") var threads = 1

    func validate() throws {
        guard self.threads > 0 else { throw ValidationError("--threads must be 1 or more") }
    }

    func run() throws {
        var server = try FloorServer(threads: self.threads)
        // Written at once: whoever started this waits for it.
        FileHandle.standardOutput.write(Data("address=127.0.0.1:\(server.port)\n".utf8))
        try server.run()
    }
}
