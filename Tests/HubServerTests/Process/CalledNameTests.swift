import Foundation
import TestSupport
import Testing

/// The one program of a release, which is hub or hubctl by the name that it is called by.
struct CalledNameTests {
    @Test(arguments: [("hubctl", "USAGE: hubctl "), ("hub", "USAGE: hub "), ("hubctl2", "USAGE: hub ")])
    func itIsTheProgramOfTheNameThatItIsCalledBy(_ name: String, _ usage: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appending(path: name)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: HubBinary.url)
        let help = try ChildProcess.run([link.path, "--help"])
        #expect(help.end == .exited(0))
        #expect(help.output.contains(usage), "\(help.output)")
    }
}
