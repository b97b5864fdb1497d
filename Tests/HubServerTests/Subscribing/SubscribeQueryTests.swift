import ByteStrings
import HTTPWire
import HubCore
import HubDoor
import HubTransports
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HubServer

struct SubscribeQueryTests {
    private static let now: UInt64 = 1_800_000_000_000

    private func read(_ query: String, header: String? = nil, isBrowser: Bool = false) throws -> StreamRequest {
        let loop = EmbeddedEventLoop()
        let bus = MemoryBus(eventLoop: loop, replayCount: 1, replayAge: .hours(1))
        let hub = Hub(bus: bus, loops: [loop], logger: Logger(label: "test"))
        let query = try SubscribeQuery(QueryItems(ByteString(query)))
        let topics = try Door(hub, maximumTopics: 3).session(.stranger).topics(named: query.topics)
        return query.streamRequest(topics, cursors: [header], isBrowser: isBrowser, now: Self.now)
    }

    @Test(
        arguments: [
            ("topic=a", nil, StartPosition.latest), ("topic=a", "h", .cursor("h")), ("topic=a", "", .latest),
            ("topic=a&last_event_id=q", "h", .cursor("h")), ("topic=a&last_event_id=q", "", .cursor("q")),
            ("topic=a&cursor=4&Last-Event-ID=5&lastEventID=3&last_event_id=1&lastEventId=2", nil, .cursor("2")),
            ("topic=a&cursor=4&Last-Event-ID=5&lastEventID=3&last_event_id=1&lastEventId=", nil, .cursor("3")),
            ("topic=a&cursor=4&last_event_id=1&Last-Event-ID=5", nil, .cursor("5")),
            ("topic=a&cursor=4&last_event_id=1", nil, .cursor("1")), ("topic=a&cursor=4", nil, .cursor("4")),
            ("topic=a&last_event_id=earliest&lastEventId=9", nil, .cursor("9")),
            ("topic=a&lastEventId=earliest&lastEventId=9", nil, .cursor("9")),
            ("topic=a&lastEventId=9&lastEventId=", nil, .cursor("9")),
            ("topic=a&cursor=earliest", nil, .earliest), ("topic=a&cursor=latest&since=10m", nil, .latest),
            ("topic=a&since=10m", nil, .time(milliseconds: 1_799_999_400_000)),
            ("topic=a&since=1h30m", "h", .cursor("h")), ("topic=a&since=", nil, .latest),
            ("topic=a&since=2027-01-15T08:00:00Z", nil, .time(milliseconds: 1_800_000_000_000)),
            ("topic=a&since=2027-01-15T09:00:00.5+01:00", nil, .time(milliseconds: 1_800_000_000_500)),
        ] as [(String, String?, StartPosition)])
    func theFirstCursorThatIsThereCounts(_ query: String, _ header: String?, _ expected: StartPosition) throws {
        #expect(try self.read(query, header: header).start == expected)
    }

    @Test func topicsAreDecodedAndEachCountsOnce() throws {
        let topics = try self.read("topic=a+b&topic=%C3%A9&topic=a%20b&topic=a%2Bb").topics.map(\.name)
        #expect(topics == ["a b", "é", "a+b"])
        #expect(throws: Refusal.tooManyTopics(maximum: 3, count: 4)) {
            try self.read("topic=a&topic=b&topic=c&topic=d")
        }
    }

    @Test func primeIsOnForABrowserUnlessItSaysOtherwise() throws {
        #expect(try self.read("topic=a", isBrowser: true).prime)
        #expect(try !self.read("topic=a").prime)
        #expect(try !self.read("topic=a&prime=false", isBrowser: true).prime)
        #expect(try self.read("topic=a&prime=true").prime)
        #expect(throws: Problem.self) { try self.read("topic=a&prime=maybe") }
        #expect(try self.read("topic=a&format=json").format == .json)
        #expect(throws: Problem.self) { try self.read("topic=a&format=xml") }
    }

    @Test(arguments: [
        ("0s", 0), ("500ms", 500), ("1m30s", 90_000), ("1h30m", 5_400_000), ("7d", 604_800_000),
        ("1d2h3m4s5ms", 93_784_005),
    ])
    func durationsAreReadAndWritten(_ text: String, _ milliseconds: Int) throws {
        let duration = try #require(DurationText(text))
        #expect(duration.milliseconds == milliseconds)
        #expect(duration.text == text)
    }

    @Test(arguments: [
        "", "5", "m", "-5m", "5 m", "5m1h", "5m5m", "1.5h", "99999999999999999999s", "999999999999999d", "1w",
    ])
    func whatIsNoDurationIsRefused(_ text: String) {
        #expect(DurationText(text) == nil)
    }

    @Test(arguments: [
        "2027-02-29T00:00:00Z", "2027-13-01T00:00:00Z", "2027-01-01T24:00:00Z", "2027-01-01", "2027-01-01T00:00:00",
        "1960-01-01T00:00:00Z", "2027-01-01T00:00:00.Z", "2027-1-01T00:00:00Z", "2027-01-01T00:00:00ZZ",
    ])
    func whatIsNoTimeIsRefused(_ text: String) {
        #expect(RFC3339.milliseconds(text) == nil)
    }

    @Test func timesAreRead() {
        #expect(RFC3339.milliseconds("1970-01-01T00:00:00Z") == 0)
        #expect(RFC3339.milliseconds("2028-02-29t23:59:59.123456z") == 1_835_481_599_123)
        #expect(RFC3339.milliseconds("1994-11-06T08:49:37-05:30") == 784_131_577_000)
        #expect(RFC3339.milliseconds("1969-12-31T23:00:00-02:00") == 3_600_000)
        #expect(DateField.text(seconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
