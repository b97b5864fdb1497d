/// What every transport must do, on every bus.
struct Scenario: Sendable {
    let name: String
    let play: @Sendable (ConformanceStage) async throws -> Void

    static let all = Self.live + Self.replay + Self.gaps
}
