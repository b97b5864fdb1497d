import Testing

extension ClusterTests {
    @Suite("Every transport keeps the promise")
    struct ConformanceTests {
        @Test("on every bus, in every scenario", arguments: ConformanceStage.Bus.allCases, Transports.all)
        func scenarios(bus: ConformanceStage.Bus, transport: any Transport) async throws {
            try await ConformanceStage.with(bus, transport) { stage in
                for scenario in Scenario.all {
                    do {
                        try await scenario.play(stage)
                    } catch {
                        Issue.record("\(scenario.name): \(error)")
                    }
                }
                print("counted: \(transport.name) on \(bus): \(Scenario.all.count) scenarios")
            }
        }
    }
}
