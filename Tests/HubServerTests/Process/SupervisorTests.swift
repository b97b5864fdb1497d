import Foundation
import Testing

/// The hub under systemd: `Type=notify`, and `WatchdogSec=`.
@Suite(.timeLimit(.minutes(2)))
struct SupervisorTests {
    @Test("The supervisor is told when the hub listens, that it lives, and when it ends", arguments: [true, false])
    func states(isAbstract: Bool) async throws {
        let supervisor = try DatagramSocket(isAbstract: isAbstract)
        let environment = ["NOTIFY_SOCKET": supervisor.name, "WATCHDOG_USEC": "100000"]
        try await HubBinary.run(["--port", "0", "--drain", "0s"], environment: environment) { hub in
            try await supervisor.wait("it should be ready, and alive again and again") { states in
                states.first == "READY=1" && states.count { $0 == "WATCHDOG=1" } > 3
            }
            #expect(hub.standardError.contains("notice listening"))
            hub.signal(SIGTERM)
            let status = try await hub.exitStatus()
            #expect(status == 0)
            try await supervisor.wait("it should be stopping") { $0.contains("STOPPING=1") }
        }
    }

    @Test("A hub that has no more files to open is still heard")
    func scarcity() async throws {
        let supervisor = try DatagramSocket(isAbstract: true)
        let environment = ["NOTIFY_SOCKET": supervisor.name, "WATCHDOG_USEC": "100000"]
        try await HubBinary.run(["--port", "0", "--drain", "0s"], environment: environment) { hub in
            try await supervisor.wait("it should be ready") { $0.first == "READY=1" }
            try hub.allow(files: 3)
            let heard = supervisor.received.count
            // What was under way then may still have had its file.
            try await supervisor.wait("it should be alive again and again") { $0.count > heard + 5 }
        }
    }

    @Test("A watchdog that is meant for another process is not fed")
    func otherProcess() async throws {
        let supervisor = try DatagramSocket(isAbstract: true)
        let environment = ["NOTIFY_SOCKET": supervisor.name, "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"]
        try await HubBinary.run(["--port", "0", "--drain", "0s"], environment: environment) { hub in
            try await supervisor.wait("it should be ready") { $0.contains("READY=1") }
            hub.signal(SIGTERM)
            try await supervisor.wait("it should be stopping") { $0.contains("STOPPING=1") }
            #expect(supervisor.received == ["READY=1", "STOPPING=1"])
        }
    }

    @Test("A supervisor that is not there costs nothing", arguments: ["/nowhere/notify", "@nobody", "nonsense"])
    func nobody(name: String) async throws {
        try await HubBinary.run(["--port", "0"], environment: ["NOTIFY_SOCKET": name]) { hub in
            let port = try await hub.port()
            #expect(port > 0)
        }
    }
}
