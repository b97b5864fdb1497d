import Foundation
import HubServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct HubConfigurationTests {
    @Test func aFlagOutranksTheEnvironmentWhichOutranksTheFile() async throws {
        let file = try Self.file("port: 1\nheartbeat: 20s\ndrain: 1m\ncors-origin: [\"https://a.example\", \"*\"]\n")
        defer { try? FileManager.default.removeItem(at: file) }
        let arguments = ["config", "--config", file.path, "--port", "3"]
        let environment = ["HUB_PORT": "2", "HUB_HEARTBEAT": "30s", "HUB_DRAIN": "", "HUB_DEMO": "yes"]
        try await HubBinary.run(arguments, environment: environment) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 0, "\(hub.standardError)")
            try await eventually("all should be printed") { hub.standardOutput.contains("demo:") }
            let yaml = hub.standardOutput
            #expect(yaml.contains("port: 3  # command line\n"))
            #expect(yaml.contains("heartbeat: 30s  # environment HUB_HEARTBEAT\n"))
            #expect(yaml.contains("drain: 1m  # file \(file.path)\n"))
            #expect(yaml.contains("demo: yes  # environment HUB_DEMO\n"))
            #expect(yaml.contains("  - \"https://a.example\"\n  - \"*\"\n"))
            #expect(yaml.contains("host: 127.0.0.1  # default\n"))
        }
    }

    @Test(arguments: ["\n", "\r\n", "\n\n"])
    func aLineEndAtTheEndOfAValueIsNoPartOfIt(_ end: String) async throws {
        let file = try Self.file("replay-age: |+\n  7d\(end)\nslow-consumer: |\n  skip\n")
        defer { try? FileManager.default.removeItem(at: file) }
        let environment = [
            "HUB_CONFIG": file.path, "HUB_BUS": "memory", "HUB_PORT": "9000", "HUB_HOST": "::1",
            "HUB_REDIS_PREFIX": "p",
            "HUB_PUBLISH_KEY": "one,two", "HUB_CORS_ORIGIN": "https://a.example", "HUB_DEMO": "yes", "HUB_DRAIN": "1m",
            "HUB_MAX_BODY": "64k", "HUB_LOG_LEVEL": "info", "HUB_HEARTBEAT": "20s", "HUB_WS_ECHO": "/echo",
            "HUB_IDLE": "\r",
        ].mapValues { $0 + end }
        try await HubBinary.run(["config"], environment: environment) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 0, "\(hub.standardError)")
            try await eventually("all should be printed") { hub.standardOutput.contains("ws-echo:") }
            let yaml = hub.standardOutput
            #expect(yaml.contains("bus: memory  # environment HUB_BUS\n"))
            #expect(yaml.contains("replay-age: 7d  # file \(file.path)\n"))
            #expect(yaml.contains("slow-consumer: skip  # file \(file.path)\n"))
            #expect(yaml.contains("cors-origin:  # environment HUB_CORS_ORIGIN\n  - \"https://a.example\"\n"))
            #expect(yaml.contains("idle: 75s  # default\n"))
        }
    }

    @Test func everySettingIsTakenFromEachSource() async throws {
        let settings = Setting.all.filter { $0.defaultValue != nil }
        let flags = settings.flatMap { $0.kind == .toggle ? ["--no-\($0.name)"] : [$0.flag, $0.defaultValue ?? ""] }
        let variables = settings.map { ($0.variable, $0.defaultValue ?? "") }
        let file = try Self.file(settings.map { "\($0.name): \($0.defaultValue ?? "")\n" }.joined())
        defer { try? FileManager.default.removeItem(at: file) }
        let byFlags = try await Self.printed(["config"] + flags)
        let byVariables = try await Self.printed(["config"], Dictionary(uniqueKeysWithValues: variables))
        let byFile = try await Self.printed(["config", "--config", file.path])
        for setting in settings {
            let line = "\n\(setting.name): \(setting.defaultValue ?? "")  # "
            #expect("\n\(byFlags)".contains("\(line)command line\n"))
            #expect("\n\(byVariables)".contains("\(line)environment \(setting.variable)\n"))
            #expect("\n\(byFile)".contains("\(line)file \(file.path)\n"))
        }
    }

    @Test func whatIsPrintedIsAConfigurationOfItsOwn() async throws {
        let first = try await Self.printed([
            "config", "--trusted-proxy", "10.0.0.0/8", "--no-demo", "--max-body", "64k",
        ])
        let file = try Self.file(first)
        defer { try? FileManager.default.removeItem(at: file) }
        let second = try await Self.printed(["config", "--config", file.path])
        func withoutSources(_ yaml: String) -> [Substring] {
            yaml.split(separator: "\n").map { $0.prefix { $0 != "#" } }
        }
        #expect(withoutSources(first) == withoutSources(second))
    }

    @Test(arguments: [
        ("prot: 1\n", "'prot' in"), ("port: {a: 1}\n", "must be a value or a list"), ("port: [1, 2]\n", "--port: "),
        ("port: 1\nport: 2\n", "twice"), ("port\n", "line 1 of"), ("port: \"x\n", "is not a configuration in YAML"),
        ("port: x\n", "--port: 'x'"), ("  port: 1\n", "line 1 of"), ("# a\n\n\tport: 1\n", "line 3 of"),
        ("- port: 1\n", "line 1 of"), ("---\n-\n  port: 1\n", "line 2 of"),
        ("publish-key: [\"\"]\n", "--publish-key: the value is not a key"),
        ("port: 1\n\nprot: 1\n", "--help lists them (line 3)"),
        ("# a\nport: x\n", ", line 2)"), ("demo: yes\nport: [1]\n", "not several (line 2)"),
        ("publish-key:\n  - [a]\n", "must be a value or a list of values (line 1)"),
        ("port: 1\nhost: @\n", "line 2 of"), ("port: 1\nhost: \u{1}\n", "line 2 of"), ("{port: 1}\n", "line 1 of"),
        ("port: 1\n---\nport: 2\n", "found another document"),
        ("host: h\nport: 1\n\nport: 2\n", "'port' is in 'FILE' twice, the second time in line 4\n"),
        ("port: 1\n!a port: 2\n", "'port' is in 'FILE' twice, the second time in line 2\n"),
        (#""\e[31m\x9b2J\a\x7f\u202e": 1"#, #"'\u{1b}[31m\u{9b}2J\u{7}\u{7f}\u{202e}' in"#),
        (#"port: "\e]0;x\a\x9b""#, #"--port: '\u{1b}]0;x\u{7}\u{9b}'"#),
    ])
    func aFileThatIsWrongIsToldInOneLine(_ text: String, _ expected: String) async throws {
        let file = try Self.file(text)
        defer { try? FileManager.default.removeItem(at: file) }
        try await HubBinary.run(["--config", file.path]) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 64)
            try await hub.waitForLog(expected.replacing("FILE", with: file.path))
            #expect(hub.standardError.hasPrefix("hub: --"))
            #expect(hub.standardError.filter { $0 == "\n" }.count == 1)
            let isPlain = hub.standardError.dropLast().unicodeScalars.allSatisfy {
                ![.control, .format].contains($0.properties.generalCategory)
            }
            #expect(isPlain)
        }
    }

    @Test(arguments: [
        "port", "host", "bus", "cors-origin", "replay-age", "slow-consumer", "publish-key-file", "x",
    ])
    func ofALongValueOnlyTheBeginningIsRepeated(_ name: String) async throws {
        let isKey = name == "x"
        let long = String(repeating: "x", count: 1 << 20)
        let file = try Self.file(isKey ? "\(long.prefix(1000)): 1\n" : "\(name): \(long)\n")
        defer { try? FileManager.default.removeItem(at: file) }
        try await HubBinary.run(["--config", file.path]) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 64)
            try await hub.waitForLog(String(repeating: "x", count: isKey ? 64 : 100) + "…'")
            #expect(hub.standardError.hasPrefix(isKey ? "hub: --config: 'x" : "hub: --\(name): 'x"))
            #expect(hub.standardError.utf8.count < 600)
        }
    }

    @Test func aFileOfAnotherEncodingIsToldToBeOne() async throws {
        let file = try Self.file("")
        defer { try? FileManager.default.removeItem(at: file) }
        for (bytes, expected) in [
            (Data([0x68, 0x6F, 0x73, 0x74, 0x3A, 0x20, 0xE9, 0x0A]), "' is not UTF-8\n"),
            ("port: 1\n".data(using: .utf16) ?? Data(), "' is not UTF-8\n"),
            // A byte order mark is no part of the first name.
            (Data([0xEF, 0xBB, 0xBF]) + Data("port: x\n".utf8), "hub: --port: 'x' is not"),
        ] {
            try bytes.write(to: file)
            try await HubBinary.run(["--config", file.path]) { hub in
                let status = try await hub.exitStatus()
                #expect(status == 64)
                try await hub.waitForLog(expected)
            }
        }
        try await HubBinary.run(["--config", file.path + ".gone"]) { hub in
            try await hub.waitForLog("' can't be read\n")
        }
    }

    @Test(arguments: [
        ["--publish-key", ""], ["--publish-key", " "], ["--publish-key", "k", "--publish-key", ""],
        ["--publish-key-file", ""], ["--cors-origin", "https://*.example"], ["--replay-age", "abc"], ["--prot", "1"],
        ["--port"], ["--host", "0.0.0.0"],
        ["--bus", "redis://u:secret@h:99999"],
        ["--config", "/nowhere/hub.yaml"], ["--publish-key-file", "/nowhere/keys"], ["surplus"],
    ])
    func aWrongStartIsToldInOneLine(_ arguments: [String]) async throws {
        try await HubBinary.run(arguments) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 64)
            try await hub.waitForLog("\n")
            #expect(hub.standardError.hasPrefix("hub: "))
            #expect(hub.standardError.filter { $0 == "\n" }.count == 1, "\(hub.standardError)")
            #expect(!hub.standardError.contains("secret"))
        }
    }

    @Test(arguments: ["port", "replay-count", "heartbeat", "max-body", "loops"])
    func aNumberBelowZeroIsToldAsWrongAndNotAsMissing(_ name: String) async throws {
        try await HubBinary.run(["--\(name)", "-1"]) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 64)
            try await hub.waitForLog("hub: --\(name): '-1' is not ")
        }
    }

    @Test func whatKubernetesSetsForAServiceOfTheSameNameIsNoPort() async throws {
        let hub = try await HubBinary(["config"], environment: ["HUB_PORT": "tcp://10.96.0.1:80", "HUB_HOST": "::1"])
        let status = try await hub.exitStatus()
        #expect(status == 0, "\(hub.standardError)")
        try await eventually("all should be printed") { hub.standardOutput.contains("demo:") }
        #expect(hub.standardOutput.contains("port: 8080  # default\n"))
        #expect(hub.standardOutput.contains("host: \"::1\"  # environment HUB_HOST\n"))
    }

    @Test func whatAServiceOfTheSameNameSetsIsNotMissed() async throws {
        let variables = [
            "HUB_PORT": "tcp://10.96.0.1:80", "HUB_SERVICE_HOST": "10.96.0.1", "HUB_SERVICE_PORT": "80",
            "HUB_SERVICE_PORT_HTTP": "80", "HUB_PORT_80_TCP": "tcp://10.96.0.1:80", "HUB_PORT_80_TCP_PROTO": "tcp",
            "HUB_PORT_80_TCP_PORT": "80", "HUB_PORT_80_TCP_ADDR": "10.96.0.1",
            "HUB_OPERATING_PORT": "tcp://10.96.0.2:9090", "HUB_OPERATING_SERVICE_HOST": "10.96.0.2",
            "HUB_NAME": "/web/hub", "HUB_ENV_PATH": "/bin",
            // Those of hubctl, of Compose, and of the tests.
            "HUB_URL": "http://127.0.0.1:1", "HUB_TOKEN": "x", "HUB_TOKEN_KEY": "x", "HUB_TLS": "./certificates",
            "HUB_ADDRESS": "0.0.0.0", "HUB_VERSION": "1", "HUB_BINARIES": "swift", "HUB_TEST_PATIENCE": "6",
            "HUB_FUZZ_SECONDS": "1", "HUB_WRITE_DOCS": "1", "HUB_SANITIZER": "thread",
        ]
        try await HubBinary.run(["config"], environment: variables) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 0 && hub.standardError.isEmpty, "\(hub.standardError)")
            try await eventually("all should be printed") { hub.standardOutput.contains("demo:") }
            #expect(hub.standardOutput.contains("port: 8080  # default\n"))
            #expect(hub.standardOutput.contains("# operating-port is not set\n"))
        }
    }

    @Test func aVariableThatIsNoSettingIsTold() async throws {
        let variables = ["HUB_PROT": "1", "HUB_REPLAY_COUNTS": "s3cret", "HUB_\u{1B}[31m": "", "HUBBLE": "x"]
        try await HubBinary.run(["config"], environment: variables) { hub in
            let status = try await hub.exitStatus()
            #expect(status == 0)
            try await hub.waitForLog(
                "hub: 'HUB_REPLAY_COUNTS' in the environment is not a setting; hub --help lists them\n")
            #expect(hub.standardError.contains("'HUB_PROT' in") && !hub.standardError.contains("HUBBLE"))
            #expect(!hub.standardError.contains("s3cret") && !hub.standardError.contains("\u{1B}"))
        }
        try await HubBinary.run(["--port", "0"], environment: variables) { hub in
            _ = try await hub.port()
            #expect(hub.standardError.contains(" warning a variable of the environment is not a setting; hub --help"))
            #expect(hub.standardError.contains(" variable=HUB_PROT\n"), "\(hub.standardError)")
        }
    }

    @Test func theHelpNamesEverySettingWithItsVariable() async throws {
        let help = try await Self.printed(["--help"])
        for name in ["host", "port", "bus", "replay-age", "publish-key", "max-topics-per-stream", "demo", "drain"] {
            #expect(help.contains("--\(name)"))
            #expect(help.contains("HUB_\(name.uppercased().replacing("-", with: "_"))"))
        }
        for setting in [Setting.configurationFile] + Setting.all {
            #expect(help.contains("\(setting.flag)\(setting.kind == .toggle ? "/" : " ")"))
            #expect(help.contains(setting.variable))
        }
        let version = try await Self.printed(["--version"])
        #expect(version.first?.isNumber == true)
    }

    private static func printed(
        _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> String {
        let hub = try await HubBinary(arguments, environment: environment)
        let status = try await hub.exitStatus()
        #expect(status == 0, "\(hub.standardError)")
        try await eventually("something should be printed") { hub.standardOutput.hasSuffix("\n") }
        return hub.standardOutput
    }

    private static func file(_ text: String) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: "hub-\(UUID().uuidString).yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file
    }
}
