import HubCore
import Testing

@Suite struct TopicIdentityTests {
    @Test func topicsAreToldApartByTheirBytes() throws {
        let composed = try Topic("caf\u{E9}")
        let decomposed = try Topic("cafe\u{301}")
        #expect(composed.name == decomposed.name)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect(try Publication(topics: [composed, decomposed], data: EventData("x")).topics.count == 2)
    }
}
