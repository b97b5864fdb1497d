import HTTPTypes
import HTTPWire
import HubCore
import Logging
import NIOCore
import Testing

@testable import HubServer

struct HubSettingsTests {
    private func values(_ pairs: [String: [String]]) -> [String: SettingValue] {
        pairs.mapValues { SettingValue($0, source: .flag) }
    }

    private func settings(_ pairs: [String: [String]]) throws -> HubSettings {
        try HubSettings(self.values(pairs), openFiles: 20_000, cores: 3) { $0 == "bad" ? "'bad' is not a bus" : nil }
    }

    @Test func theDefaultsAreThoseOfTheHelp() throws {
        let settings = try self.settings([:])
        #expect(settings.server.host == "127.0.0.1")
        #expect(settings.server.port == 8080)
        #expect(settings.bus == "memory")
        #expect(settings.replayCount == 10_000)
        #expect(settings.replayAge == .hours(1))
        #expect(settings.drain == .seconds(10))
        #expect(settings.fanOut.heartbeat == .seconds(15))
        #expect(settings.fanOut.slowConsumer == .resume)
        #expect(settings.server.limits.bodyBytes == 1 << 20)
        #expect(settings.server.limits.idleTime == .seconds(75))
        #expect(settings.server.forwardedField == .xForwardedFor)
        #expect(settings.server.maximumTopicsPerStream == 100)
        #expect(settings.server.maximumConnectionsPerAddress == nil)
        #expect(settings.server.maximumConnections * 17 / 16 < 20_000 - 32)
        #expect(settings.loops == 3)
        #expect(settings.logLevel == .notice)
    }

    @Test(arguments: [
        ("port", "99999", "--port: '99999'"), ("port", "", "--port: ''"), ("host", "a b", "--host: 'a b'"),
        ("bus", "bad", "--bus: 'bad'"), ("redis-prefix", "{x}", "--redis-prefix: '{x}'"),
        ("replay-count", "0", "--replay-count: '0'"),
        ("replay-age", "abc", "--replay-age: 'abc' is not a duration; accepted: "),
        ("replay-age", "0s", "accepted: 1s to 3650d"), ("heartbeat", "10ms", "--heartbeat"), ("drain", "2h", "--drain"),
        ("slow-consumer", "wait", "accepted: resume, skip, close"), ("max-body", "0", "--max-body: '0'"),
        ("max-body", "33MiB", "33554432 bytes"), ("max-buffered", "1k", "--max-buffered"),
        ("max-body", "1 MiB", "--max-body"),
        ("max-connections", "0", "--max-connections"),
        ("max-topics-per-stream", "1001", "--max-topics-per-stream"), ("loops", "x", "--loops"),
        ("log-level", "loud", "accepted: trace, debug"), ("cors-origin", "example.org", "--cors-origin: 'example.org'"),
        ("cors-origin", "https://example.org/", "--cors-origin"), ("trusted-proxy", "10/8", "--trusted-proxy: '10/8'"),
        ("cors-origin", "https://*.example.org", "or * alone (no other wildcard)"),
        ("cors-origin", "file:///a", "file://, null"),
        ("cors-header", "a b", "--cors-header: 'a b' is not a field's name"),
        ("on-subscribe", "ftp://a/", "--on-subscribe: the value is not an address"),
        ("on-event", "http://", "--on-event"), ("on-publish", "http://127.0.0.1:70000/", "--on-publish"),
        ("jwks", "http://127.0.0.1:99999/", "--jwks: the value"),
        ("hook-secret", "s3cret", "--hook-secret: the value is not a secret"), ("hook-timeout", "1h", "100ms to 1m"),
        ("hook-header", "Webhook-Id", "--hook-header: 'Webhook-Id' can't be passed on"),
        ("forwarded-header", "x-real-ip", "accepted: x-forwarded-for, forwarded"), ("idle", "2h", "accepted: 1s to 1h"),
        ("demo", "maybe", "--demo: 'maybe'"), ("host", "0.0.0.0", "--host: '0.0.0.0' can be reached"),
    ])
    func aWrongValueIsNamedWithItsFlagAndWhatIsAccepted(_ name: String, _ text: String, _ expected: String) {
        let error = #expect(throws: InvalidSetting.self) { try self.settings([name: [text]]) }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("\n") == false)
    }

    @Test func whatProxiesAndPagesNeedIsSettable() throws {
        let settings = try self.settings([
            "idle": ["620s"], "forwarded-header": ["forwarded"], "cors-header": ["X-Tenant", "x-datadog-trace-id"],
            "cors-origin": ["null", "file://", "app://."],
        ])
        #expect(settings.server.limits.idleTime == .seconds(620))
        #expect(settings.server.forwardedField == .forwarded)
        let allowed = settings.server.cors.preflightFields(allowed: "GET")[.accessControlAllowHeaders]
        #expect(allowed?.hasSuffix(", X-Tenant, x-datadog-trace-id") == true)
    }

    @Test func aSecretIsNotShownEvenIfItIsWrong() {
        let error = #expect(throws: InvalidSetting.self) { try self.settings(["publish-key": ["se cret"]]) }
        #expect(error?.description.contains("cret") == false)
        #expect(error?.description.hasPrefix("--publish-key: the value is not a key") == true)
    }

    @Test func anErrorSaysWhereTheValueCameFrom() {
        let values = ["port": SettingValue(["tcp://10.0.0.1:80"], source: .environment("HUB_PORT"))]
        let error = #expect(throws: InvalidSetting.self) {
            try HubSettings(values, openFiles: 1000, cores: 1) { _ in nil }
        }
        #expect(error?.description.hasSuffix("(environment HUB_PORT)") == true)
    }

    @Test func beyondLoopbackAKeyIsNeededOrTheWordInsecure() throws {
        for host in ["127.0.0.1", "127.9.9.9", "::1", "localhost"] { _ = try self.settings(["host": [host]]) }
        for host in ["0.0.0.0", "::", "192.0.2.1", "hub.example"] {
            #expect(throws: InvalidSetting.self) { try self.settings(["host": [host]]) }
            _ = try self.settings(["host": [host], "publish-key": ["k"]])
            _ = try self.settings(["host": [host], "publish-key-file": ["/f"]])
            _ = try self.settings(["host": [host], "insecure": ["true"]])
        }
    }

    @Test(arguments: [
        ("1", 1), ("64k", 65_536), ("1MiB", 1 << 20), ("10MB", 10_000_000), ("2kb", 2000), ("1g", 1 << 30),
    ])
    func sizesAreRead(_ text: String, _ bytes: Int) throws {
        #expect(try #require(ByteSize(text)).bytes == bytes)
        #expect(ByteSize("-\(text)") == nil)
        #expect(ByteSize("\(text)x") == nil)
    }

    @Test func fewerConnectionsAreAcceptedThanFilesMayBeOpen() {
        var configuration = ServerConfiguration()
        configuration.maximumConnections = 1000
        let ample = configuration.caps(openFiles: 20_000, loops: 4)
        #expect(ample.ordinary == 1000 && ample.reserve == 62)
        for loops in [1, 2, 64] {
            for operating in [nil, OperatingAddress(host: "127.0.0.1", port: 0)] {
                configuration.operating = operating
                for openFiles in [OpenFileBudget.leastOpenFiles(loops: loops) + 64, 400, 1024] {
                    let caps = configuration.caps(openFiles: openFiles, loops: loops)
                    let others = 20 + 3 * loops + (operating == nil ? 0 : configuration.maximumOperatingConnections)
                    #expect(caps.ordinary >= 16 && caps.reserve >= 16)
                    #expect(caps.ordinary + caps.reserve + others <= openFiles, "\(loops) loops, \(openFiles) files")
                }
            }
        }
    }

    /// The numbers of docs/operating.md.
    @Test(arguments: [(1024, 912), (4096, 3760), (20_000, 18_544)])
    func theConnectionsFollowFromTheOpenFiles(_ openFiles: Int, _ connections: Int) {
        var configuration = ServerConfiguration()
        configuration.maximumConnections = .max
        #expect(configuration.caps(openFiles: openFiles, loops: 2).ordinary == connections)
        configuration.operating = OperatingAddress(host: "127.0.0.1", port: 0)
        #expect(configuration.caps(openFiles: openFiles + 64, loops: 2).ordinary == connections)
    }

    @Test func soManyLoopsThatNoConnectionIsLeftAreRefused() throws {
        let values = self.values(["loops": ["100"]])
        let error = #expect(throws: InvalidSetting.self) {
            try HubSettings(values, openFiles: 256, cores: 1) { _ in nil }
        }
        #expect(error?.description.hasPrefix("--loops: '100' event loops") == true)
        let settings = try HubSettings(self.values(["loops": ["64"]]), openFiles: 256, cores: 1) { _ in nil }
        #expect(settings.server.maximumConnections == 16)
    }

    @Test func theOperatingAddressIsAnotherOne() throws {
        #expect(try self.settings([:]).server.operating == nil)
        let settings = try self.settings(["operating-port": ["9090"]])
        #expect(settings.server.operating == OperatingAddress(host: "127.0.0.1", port: 9090))
        let same = #expect(throws: InvalidSetting.self) { try self.settings(["operating-port": ["8080"]]) }
        #expect(same?.description == "--operating-port: '8080' is the port of --port; accepted: another port, or 0")
        #expect(throws: InvalidSetting.self) { try self.settings(["operating-host": ["127.0.0.2"]]) }
        let open = ["operating-port": ["9090"], "operating-host": ["0.0.0.0"]]
        let exposed = #expect(throws: InvalidSetting.self) { try self.settings(open) }
        #expect(exposed?.description.hasPrefix("--operating-host: '0.0.0.0' can be reached") == true)
        _ = try self.settings(open.merging(["publish-key": ["k"]]) { $1 })
        _ = try self.settings(["operating-port": ["0"], "port": ["0"]])
    }

    @Test func theEffectiveConfigurationHidesSecretsAndNamesSources() throws {
        var values = self.values(["publish-key": ["hidden"], "port": ["9000"], "cors-origin": ["*"]])
        values["bus"] = SettingValue(["redis://u:hidden@h"], source: .environment("HUB_BUS"))
        let settings = try HubSettings(values, openFiles: 1000, cores: 1) { _ in nil }
        let yaml = EffectiveConfiguration(values, settings) { $0.replacing("hidden", with: "***") }.yaml
        #expect(!yaml.contains("hidden"))
        #expect(yaml.contains("port: 9000  # command line\n"))
        #expect(yaml.contains("bus: \"redis://u:***@h\"  # environment HUB_BUS\n"))
        #expect(yaml.contains("publish-key:  # command line\n  - \"***\"\n"))
        #expect(yaml.contains("cors-origin:  # command line\n  - \"*\"\n"))
        #expect(yaml.contains("replay-age: 1h  # default\n"))
        #expect(yaml.contains("loops: 1  # default\n"))
    }
}
