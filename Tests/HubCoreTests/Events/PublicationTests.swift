import HubCore
import Testing

@Suite struct PublicationTests {
    @Test(arguments: [0, 1, 86_400_000])
    func aRetryOfUpToADayIsAllowed(milliseconds: Int) throws {
        #expect(try Int(RetryHint(milliseconds: milliseconds).milliseconds) == milliseconds)
    }

    @Test(arguments: [-1, 86_400_001, .min, .max, Int(Int32.max) + 1])
    func aRetryOutOfRangeIsRefused(milliseconds: Int) {
        #expect(throws: InvalidEvent.self) { try RetryHint(milliseconds: milliseconds) }
    }

    @Test func aKeyIsVisibleASCIIOf1To256Bytes() throws {
        let visible = String(decoding: Array(0x21...0x7E) as [UInt8], as: UTF8.self)
        #expect(try IdempotencyKey(visible).value == visible)
        #expect(try IdempotencyKey(String(repeating: "k", count: 256)).value.count == 256)
        for value in ["", String(repeating: "k", count: 257), "a b", "a\t", "a\n", "\u{7F}", "é", "\0"] {
            #expect(throws: InvalidEvent.self) { try IdempotencyKey(value) }
        }
    }

    @Test func topicsAreKeptInOrderAndOnce() throws {
        let (a, b) = (try Topic("a"), try Topic("b"))
        #expect(try Publication(topics: [b, a, b, a], data: EventData("")).topics == [b, a])
    }

    @Test func noTopicAndReservedTopicsAreRefused() throws {
        let (fine, reserved) = (try Topic("a"), try Topic("$sys"))
        #expect(throws: InvalidEvent.self) { try Publication(topics: [], data: EventData("")) }
        #expect(throws: InvalidEvent.self) { try Publication(topics: [fine, reserved], data: EventData("")) }
    }
}
