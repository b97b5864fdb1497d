import ArgumentParser
import Foundation

/// `hubbench floor`: the floor as a server of its own, as the runs start it.
struct FloorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor", abstract: "Serve as the floor, until the process is ended.", shouldDisplay: false)

    func run() throws {
        var server = try FloorServer()
        // Written at once: whoever started this waits for it.
        FileHandle.standardOutput.write(Data("address=127.0.0.1:\(server.port)\n".utf8))
        try server.run()
    }
}
