import Foundation
import TestSupport

/// A directory of a test's own for data and logs.
struct TestDirectory: Sendable {
    let path: String

    init() throws {
        let template = FileManager.default.temporaryDirectory.appendingPathComponent("comethub-XXXXXX").path
        var bytes = template.utf8CString.map { $0 }
        guard mkdtemp(&bytes) != nil else { throw ChildProcess.Failure(description: "mkdtemp failed") }
        self.path = bytes.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    func file(_ name: String) -> String { "\(self.path)/\(name)" }

    func remove() { try? FileManager.default.removeItem(atPath: self.path) }
}
