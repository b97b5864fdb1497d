/// One hub with its own bus, alive for the time of a test.
enum LoneHub {
    /// Runs a test with it, and leaves nothing of it behind, however the test ends.
    static func with(
        _ arguments: [String], _ body: (HubProcess, TestDirectory) async throws -> Void
    ) async throws {
        let directory = try TestDirectory()
        let hub = HubProcess(in: directory, name: "hub", arguments)
        defer { directory.remove() }
        do {
            try await hub.start()
            try await body(hub, directory)
        } catch {
            print("--- the log of \(hub.name)\n\(hub.log.suffix(4000))")
            await hub.kill()
            throw error
        }
        await hub.kill()
    }
}
