import NIOCore
import Testing

@testable import HubCore

@Suite struct TopicSurveyTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    /// Feeds of topics that have let so many events through.
    private func feeds(_ counts: [String: Int]) throws -> FeedTable {
        var table = FeedTable(FanOutConfiguration())
        for (name, count) in counts {
            let topic = try Topic(name)
            _ = table.attach(topic, shard: 0, generation: 1)
            for _ in 0..<count { _ = table.update(topic) { _ in .deliver(try! Sample.event(1, after: 0)) } }
        }
        return table
    }

    @Test func ratesAreOfTheTimeSinceTheLastLook() throws {
        let survey = TopicSurvey()
        survey.look(at: try self.feeds(["a": 5, "b": 1]), now: self.start)
        #expect(try survey.rate(of: Topic("a")) == nil, "nothing is known yet")
        survey.look(at: try self.feeds(["a": 9, "b": 1, "c": 2]), now: self.start + .seconds(2))
        #expect(try survey.rate(of: Topic("a")) == 2)
        #expect(try survey.rate(of: Topic("b")) == 0)
        #expect(try survey.rate(of: Topic("c")) == 1, "a new feed has all of its events from this time")
        #expect(try survey.rate(of: Topic("d")) == nil)
        #expect(Set(survey.busiest(limit: 5).map(\.name)) == ["a", "c"])
        #expect(survey.busiest(limit: 1).map(\.name) == ["a"])
    }

    @Test func aLookRightAfterAnotherChangesNothing() throws {
        let survey = TopicSurvey()
        survey.look(at: try self.feeds(["a": 1]), now: self.start)
        survey.look(at: try self.feeds(["a": 3]), now: self.start + .seconds(1))
        survey.look(at: try self.feeds(["a": 900]), now: self.start + .milliseconds(1500))
        #expect(try survey.rate(of: Topic("a")) == 2)
    }

    @Test func countsOfLongAgoSayNothingOfLately() throws {
        let survey = TopicSurvey()
        survey.look(at: try self.feeds(["a": 1]), now: self.start)
        survey.look(at: try self.feeds(["a": 900]), now: self.start + .minutes(10))
        #expect(try survey.rate(of: Topic("a")) == nil)
    }

    @Test func aFeedThatWasLeftAndTakenUpAgainCountsAnew() throws {
        let survey = TopicSurvey()
        survey.look(at: try self.feeds(["a": 100]), now: self.start)
        survey.look(at: try self.feeds(["a": 4]), now: self.start + .seconds(2))
        #expect(try survey.rate(of: Topic("a")) == 2)
    }
}
