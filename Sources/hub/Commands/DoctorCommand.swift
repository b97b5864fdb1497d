import ArgumentParser
import HubCore
import HubRedis
import HubServer
import Logging
import NIOCore
import NIOPosix
import RedisWire

/// `hub doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at the Redis server of --bus, and say what its settings mean for what the hub promises.",
        discussion: """
            Changes none of its data. Lines begin with ok, note (a choice, which has its price), warn (better changed) or FAIL (hubs \
            can't work). With a user who may not CONFIG GET, less can be seen.

            Exit status: 0 hubs can work; 1 they can't; 64 a wrong value; 69 no server is reached.
            """)

    @OptionGroup(title: "Settings") var options: SettingOptions

    func run() async throws {
        let loaded = try LoadedConfiguration(self.options)
        loaded.unknownVariables.complaints.forEach(StandardError.complain)
        let settings = loaded.settings
        guard settings.bus != "memory" else {
            print("ok    --bus memory: one process, no Redis; what is published is gone when it ends, and told")
            return
        }
        let doctor = RedisDoctor(
            location: try RedisLocation(settings.bus), prefix: settings.redisPrefix,
            confirmingReplicas: settings.confirmingReplicas,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() })
        let (endpoint, findings): (RedisEndpoint, [Finding])
        do {
            (endpoint, findings) = try await doctor.examine().get()
        } catch {
            StandardError.complain((error as? BusError)?.reason ?? "\(error)")
            throw ExitCode(69)
        }
        print("      \(endpoint)")
        for finding in findings {
            let level = finding.level.rawValue
            print(level + String(repeating: " ", count: 6 - level.utf8.count) + finding.text)
        }
        if findings.contains(where: { $0.level == .fault }) { throw ExitCode(1) }
    }
}
