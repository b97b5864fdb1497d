import Testing

@testable import HubRedis

@Suite struct ServerExaminationTests {
    private static let good = """
        redis_version:7.0.15
        role:master
        cluster_enabled:0
        maxmemory_policy:noeviction
        maxmemory:1000000
        used_memory_human:1M
        aof_enabled:1
        connected_slaves:2
        """
    private static let configuration = [
        "appendfsync": "everysec", "min-replicas-to-write": "1", "save": "",
        "client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 268435456 67108864 60",
    ]

    /// The findings of one that is as it should be, but for what is changed.
    private func findings(
        _ changes: [String: String] = [:], _ settings: [String: String] = [:], refusal: String? = nil, wait: Int = 1,
        isCluster: Bool = false
    ) -> [Finding] {
        var lines = Self.good.split(separator: "\n").map(String.init)
        for (name, value) in changes {
            lines.removeAll { $0.hasPrefix(name + ":") }
            lines.append("\(name):\(value)")
        }
        return ServerExamination(
            ServerFacts(info: lines.joined(separator: "\n")),
            configuration: Self.configuration.merging(settings) { $1 }.map { ($0.key, $0.value) }, refusal: refusal,
            isCluster: isCluster,
            confirmingReplicas: wait
        ).findings
    }

    @Test func aServerThatIsAsItShouldBeHasNoOtherLines() {
        #expect(self.findings().allSatisfy { $0.level == .good }, "\(self.findings())")
        #expect(self.findings().count >= 8)
    }

    @Test(
        arguments: [
            (["maxmemory_policy": "allkeys-lru"], [:], Finding.Level.fault, "noeviction"),
            (["role": "slave"], [:], .fault, "replica"),
            (["cluster_enabled": "1"], [:], .fault, "redis+cluster://"),
            (["redis_version": "6.0.16"], [:], .fault, "too old"),
            (["redis_version": "6.2.1"], [:], .choice, "FCALL"),
            (["maxmemory": "0"], [:], .choice, "no maxmemory"),
            (["aof_enabled": "0"], [:], .warning, "loses all events"),
            (["aof_enabled": "0"], ["save": "3600 1"], .warning, "after the last one"),
            (["connected_slaves": "0"], [:], .choice, "no replica"),
            (["connected_slaves": "0"], [:], .fault, "504"),
            (["connected_slaves": "1"], [:], .choice, "there are no more"),
            ([:], ["min-replicas-to-write": "0"], .choice, "old primary"),
            ([:], ["min-replicas-to-write": "3"], .fault, "nothing can be published"),
            ([:], ["client-output-buffer-limit": "pubsub 33554432 8388608 60"], .choice, "32 MiB behind"),
        ] as [([String: String], [String: String], Finding.Level, String)])
    func whatIsOtherwiseIsSaid(
        changes: [String: String], settings: [String: String], level: Finding.Level, text: String
    ) {
        let findings = self.findings(changes, settings)
        #expect(findings.contains { $0.level == level && $0.text.contains(text) }, "\(findings)")
    }

    @Test func whatTheUserMayNotDoIsAFault() {
        let findings = self.findings(refusal: "NOPERM hub: the user may not XADD")
        #expect(findings.contains { $0.level == .fault && $0.text.contains("XADD") })
    }

    @Test func aClustersTimeoutIsWeighed() {
        let changes = ["cluster_enabled": "1"]
        #expect(
            self.findings(changes, ["cluster-node-timeout": "2000"], isCluster: true).allSatisfy { $0.level == .good })
        #expect(
            self.findings(changes, ["cluster-node-timeout": "15000"], isCluster: true).contains { $0.level == .choice })
    }
}
