import HubCore
import Testing

@testable import HubServer

struct RetentionTests {
    private func settings(_ pairs: [String: String]) throws -> HubSettings {
        try HubSettings(
            pairs.mapValues { SettingValue([$0], source: .flag) }, openFiles: 20_000, cores: 3, checkBus: { _ in nil })
    }

    @Test func whatIsHeldInMemoryForStreamsIsNeverMoreThanWhatIsKeptForReplay() throws {
        let few = try self.settings(["replay-count": "50", "replay-age": "2s"]).fanOut.ringLimit
        #expect(few.count == 50)
        #expect(few.age == 2000)
        let many = try self.settings(["replay-count": "1000000"]).fanOut.ringLimit
        #expect(many.count == 1024)
    }
}
