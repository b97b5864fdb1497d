import ArgumentParser
import HubClient

/// `hubctl health`.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask every hub that is named by --url whether it is ready; fails if one is not.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await HubClient.with(self.connection.configuration) { hub in
            let reports = await hub.health()
            for report in reports {
                let state = report.isReady ? "ready" : "not ready"
                let detail = report.detail.map { "\t\(Descriptor.printable($0))" } ?? ""
                StandardOutput.write("\(report.url)\t\(state)\(detail)\n")
            }
            if !reports.allSatisfy(\.isReady) { throw ExitStatus.unavailable.code }
        }
    }
}
