import Foundation
import TestSupport

extension ChildProcess {
    /// Waits for its end.
    func wait(within limit: Duration = .seconds(15)) async throws -> End {
        try await waitUntil("process \(self.pid) ends", within: limit) { self.poll() != nil }
        return self.waitForEnd()
    }

    /// Ends it without asking, even if it is stopped.
    func kill() async {
        self.signal(SIGKILL)
        _ = try? await self.wait(within: .seconds(15))
    }
}
